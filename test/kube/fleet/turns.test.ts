import { describe, expect, it } from 'vitest';
import type { FleetState, Member } from '../../../src/kube/fleet/protocol.ts';
import { Turns } from '../../../src/kube/fleet/turns.ts';

/** A fleet of a and b, which act by the newest view. */
function state(turn?: string, other: Partial<Member> = {}): FleetState {
  const member: Member = { renewals: 1, acts: 1 };
  return {
    version: 1,
    views: { 0: { members: ['a'] }, 1: { members: ['a', 'b'], turn } },
    members: { a: member, b: { ...member, ...other } },
  };
}

const WAITING = { wants: 'nodes' } as const;

describe('a turn', () => {
  it('can be had at first, and not while another one has it', () => {
    const turns = new Turns('a');
    turns.see(state(), 0);
    expect(turns.mayTake(state(), 0)).toBe(true);
    turns.see(state('b'), 10);
    expect(turns.mayTake(state('b'), 10)).toBe(false);
  });

  it('leaves the others as long as it took, and who has had it twice as long', () => {
    const [mine, other] = [new Turns('a'), new Turns('c')];
    for (const turns of [mine, other]) {
      turns.see(state('a'), 0);
      turns.see(state(undefined), 3000);
    }
    const waiting = state(undefined, WAITING);
    expect(other.mayTake(waiting, 5900)).toBe(false);
    expect(other.mayTake(waiting, 6000)).toBe(true);
    expect(mine.mayTake(waiting, 6000)).toBe(false);
    expect(mine.mayTake(waiting, 9000)).toBe(true);
    // nobody waits for anything
    expect(mine.mayTake(state(), 3000)).toBe(true);
  });

  it('ends when there is nothing left to do, or when others wait and it was long enough', () => {
    const turns = new Turns('a');
    turns.see(state('a'), 0);
    expect(turns.isOver(state('a'), 0, false)).toBe(false);
    expect(turns.isOver(state('a'), 0, true)).toBe(true);
    expect(turns.isOver(state('a'), 60_000, false)).toBe(false);
    expect(turns.isOver(state('a', WAITING), 1900, false)).toBe(false);
    expect(turns.isOver(state('a', WAITING), 2000, false)).toBe(true);
  });

  it('is given up when the others do not agree', () => {
    const turns = new Turns('a');
    const asked = state('a', { acts: 0 });
    turns.see(asked, 0);
    // it has not begun, so that it is not over
    expect(turns.isOver(asked, 4900, true)).toBe(false);
    expect(turns.isOver(asked, 5000, false)).toBe(true);
  });

  it('of another one does not end here', () => {
    const turns = new Turns('a');
    turns.see(state('b'), 0);
    expect(turns.isOver(state('b'), 60_000, true)).toBe(false);
  });
});
