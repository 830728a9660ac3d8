import { expect, it } from 'vitest';
import { nodeOwner, podOwner } from '../../../src/kube/fleet/view.ts';

const NODES = Array.from({ length: 3000 }, (_, n) => `node-${String(n).padStart(5, '0')}`);
const owners = (members: string[]) => NODES.map((node) => nodeOwner({ members }, node)!);

it('deals nodes out evenly', () => {
  for (const members of [
    ['a', 'b', 'c'],
    ['coset-5d4f-abcde_1', 'coset-5d4f-fghij_2', 'coset-5d4f-klmno_3'],
  ]) {
    const dealt = owners(members);
    for (const member of members) {
      const share = dealt.filter((owner) => owner === member).length / NODES.length;
      expect(share).toBeGreaterThan(0.28);
      expect(share).toBeLessThan(0.39);
    }
  }
});

it('moves only the nodes of a member that goes', () => {
  const before = owners(['a', 'b', 'c']);
  const after = owners(['a', 'c']);
  NODES.forEach((_, n) => {
    if (before[n] !== 'b') expect(after[n]).toBe(before[n]);
  });
});

it('gives all nodes to whose turn it is, and leaves pods where they are', () => {
  const members = ['a', 'b', 'c'];
  const turn = { members, turn: 'b' };
  expect(new Set(NODES.map((node) => nodeOwner(turn, node)))).toEqual(new Set(['b']));
  expect(NODES.map((key) => podOwner(turn, key))).toEqual(owners(members));
});

it('has the pods of one node where the node is', () => {
  const view = { members: ['a', 'b', 'c'] };
  for (const node of NODES.slice(0, 50)) expect(podOwner(view, node)).toBe(nodeOwner(view, node));
});
