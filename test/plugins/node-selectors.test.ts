// Node selector terms, matched on a node and as the kernel filters by them: both must say the same.
import { describe, expect, test } from 'vitest';
import type { Node, NodeSelectorTerm, Pod } from '../../src/model/types.ts';
import { allowsNode, isValidTerm, namedNodesOf } from '../../src/plugins/common/node-selectors.ts';
import { node, nodesByPod, pod, newHarness } from '../cycle/fixtures.ts';

const NODE: Node = node('n1', { labels: { disk: 'ssd', cores: '8', empty: '' } });

function wanting(nodeSelectorTerms: NodeSelectorTerm[], nodeSelector?: Record<string, string>): Pod {
  const required = { nodeSelectorTerms };
  return pod('waiting', {
    spec: {
      nodeSelector,
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } },
    },
  });
}

/** What the kernel says: whether the pod finds a place on the only node. */
function isPlaced(waiting: Pod, only: Node): boolean {
  const harness = newHarness({ nodes: [only] });
  harness.submit(waiting);
  return nodesByPod(harness.run())['waiting'] !== undefined;
}

function agree(waiting: Pod, expected: boolean): void {
  expect(allowsNode(waiting, NODE)).toBe(expected);
  expect(isPlaced(waiting, NODE)).toBe(expected);
}

const expression = (key: string, operator: string, ...values: string[]): NodeSelectorTerm => ({
  matchExpressions: [{ key, operator, values }],
});

describe('one requirement', () => {
  test.each<[key: string, operator: string, values: string[], expected: boolean]>([
    ['disk', 'In', ['ssd'], true],
    ['disk', 'In', ['hdd', 'ssd'], true],
    ['disk', 'In', ['hdd'], false],
    ['missing', 'In', ['ssd'], false],
    ['empty', 'In', [''], true],
    ['disk', 'NotIn', ['hdd'], true],
    ['disk', 'NotIn', ['ssd', 'hdd'], false],
    ['missing', 'NotIn', ['ssd'], true],
    ['disk', 'Exists', [], true],
    ['empty', 'Exists', [], true],
    ['missing', 'Exists', [], false],
    ['missing', 'DoesNotExist', [], true],
    ['disk', 'DoesNotExist', [], false],
    ['cores', 'Gt', ['7'], true],
    ['cores', 'Gt', ['8'], false],
    ['cores', 'Lt', ['9'], true],
    ['cores', 'Lt', ['8'], false],
    ['cores', 'Gt', ['0'], true],
    ['cores', 'Gt', ['abc'], false],
    ['cores', 'Lt', ['abc'], false],
    ['disk', 'Gt', ['0'], false],
    ['missing', 'Gt', ['0'], false],
    ['cores', 'Lt', ['9223372036854775807'], true],
  ])('%s %s %j: %s', (key, operator, values, expected) => {
    agree(wanting([expression(key, operator, ...values)]), expected);
  });
});

describe('terms', () => {
  const ssd = expression('disk', 'In', 'ssd');
  const hdd = expression('disk', 'In', 'hdd');
  const named = (operator: string, name: string): NodeSelectorTerm => ({
    matchFields: [{ key: 'metadata.name', operator, values: [name] }],
  });
  test.each<[what: string, waiting: Pod, expected: boolean]>([
    ['one of several is enough', wanting([hdd, ssd]), true],
    [
      'all requirements of a term must hold',
      wanting([{ matchExpressions: [...ssd.matchExpressions!, ...hdd.matchExpressions!] }]),
      false,
    ],
    ['an empty term matches nothing', wanting([{}]), false],
    ['an empty term beside one that matches', wanting([{}, ssd]), true],
    ['no terms match nothing', wanting([]), false],
    ['a term that cannot be understood matches nothing', wanting([expression('disk', 'Like', 'ssd')]), false],
    ['but the others do', wanting([expression('disk', 'Like', 'ssd'), ssd]), true],
    ['nodeSelector must hold as well', wanting([ssd], { cores: '8' }), true],
    ['nodeSelector that does not hold', wanting([ssd], { cores: '4' }), false],
    ['the name of the node', wanting([named('In', 'n1')]), true],
    ['the name of another', wanting([named('In', 'n2')]), false],
    ['not the name of another', wanting([named('NotIn', 'n2')]), true],
    ['not its own name', wanting([named('NotIn', 'n1')]), false],
    ['name and label', wanting([{ ...ssd, ...named('In', 'n1') }]), true],
    ['name and a label that it lacks', wanting([{ ...hdd, ...named('In', 'n1') }]), false],
    [
      'a field that nodes do not have',
      wanting([{ matchFields: [{ key: 'spec.x', operator: 'In', values: ['n1'] }] }]),
      false,
    ],
  ])('%s', (_, waiting, expected) => agree(waiting, expected));
});

describe('isValidTerm', () => {
  test.each<[string, NodeSelectorTerm, boolean]>([
    ['In without values', expression('x', 'In'), false],
    ['NotIn without values', expression('x', 'NotIn'), false],
    ['Exists with values', expression('x', 'Exists', 'y'), false],
    ['Gt with two values', expression('x', 'Gt', '1', '2'), false],
    ['Gt with no number', expression('x', 'Gt', '1.5'), false],
    ['Gt beyond int64', expression('x', 'Gt', '9223372036854775808'), false],
    [
      'a field with two values',
      { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a', 'b'] }] },
      false,
    ],
    ['a field with Exists', { matchFields: [{ key: 'metadata.name', operator: 'Exists' }] }, false],
    ['Gt with a sign, which no label value may begin with', expression('x', 'Gt', '+1'), false],
    ['Gt below zero', expression('x', 'Gt', '-1'), false],
    ['NotIn with what is no label value', expression('x', 'NotIn', 'a b'), false],
    ['NotIn with a value that is too long', expression('x', 'NotIn', 'x'.repeat(64)), false],
    ['a key that no label can have', expression('a b', 'DoesNotExist'), false],
    ['a key with a domain', expression('example.com/x', 'In', 'y', ''), true],
    ['no requirement', {}, true],
  ])('%s', (_, term, expected) => {
    expect(isValidTerm(term)).toBe(expected);
  });
});

describe('namedNodesOf', () => {
  const name = (...names: string[]): NodeSelectorTerm => ({
    matchFields: names.map((value) => ({ key: 'metadata.name', operator: 'In', values: [value] })),
  });
  test.each<[string, Pod, string[] | undefined]>([
    ['no affinity', pod('waiting'), undefined],
    ['a term by label', wanting([expression('disk', 'Exists')]), undefined],
    ['a name', wanting([name('a')]), ['a']],
    ['a name in each of two terms', wanting([name('a'), name('b')]), ['a', 'b']],
    ['two names in one term, which no node has', wanting([name('a', 'b')]), []],
    ['a name in one term only', wanting([name('a'), expression('disk', 'Exists')]), undefined],
  ])('%s', (_, waiting, expected) => {
    const names = namedNodesOf(waiting);
    expect(names && [...names]).toEqual(expected);
  });
});
