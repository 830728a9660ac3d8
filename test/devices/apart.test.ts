// What becomes of pods that need devices where the plugin that allocates them was not handed in.
import { describe, expect, it } from 'vitest';
import { defaultConfiguration } from '../../src/config/configuration.ts';
import { dynamicResources } from '../../src/devices/plugin.ts';
import type { Decision, Pod } from '../../src/model/types.ts';
import { Planner, type PlannerOptions } from '../../src/planner/planner.ts';
import { inTree } from '../../src/plugins/in-tree.ts';
import { node, pod } from '../run/fixtures.ts';
import { claim, deviceClass, devices, podWith, slice } from './objects.ts';

const CLASS = { ...deviceClass('gpu'), apiVersion: 'resource.k8s.io/v1', kind: 'DeviceClass' };
const OBJECTS = [
  node('a'),
  { ...CLASS, spec: { ...CLASS.spec, extendedResourceName: 'example.com/gpu' } },
  slice('a', devices('gpu-0')),
  claim('own'),
];
const backed = pod('backed', {
  spec: { containers: [{ name: 'main', resources: { requests: { 'example.com/gpu': '1' } } }] },
});
const PENDING = [podWith('claims', 'own'), backed, pod('plain')];

const decide = (pods: Pod[], options?: PlannerOptions): Decision[] =>
  Planner.of(structuredClone(OBJECTS), options).decide(pods, { explain: 'detail' }).decisions;

describe('without the plugin that allocates devices', () => {
  it('pods that need some wait, and are told what is missing; others are placed', () => {
    const messages = Object.fromEntries(
      decide(PENDING).map(({ pod: key, node: at, message }) => [key, message ?? at]),
    );
    const needs = 'DynamicResources is not supported: the pod asks for';
    expect(messages).toEqual({
      'ns/claims': `${needs} resource claims, whose devices are allocated by coset/devices only.`,
      'ns/backed': `${needs} example.com/gpu, devices allocated by coset/devices only.`,
      'ns/plain': 'a',
    });
  });

  it('a pod without devices gets the scores that it gets with it', () => {
    const configuration = defaultConfiguration(inTree.with([dynamicResources]));
    const [decision] = decide([pod('plain')]);
    expect(decision?.scores?.['a']).toHaveProperty('DynamicResources', 0);
    expect(decide([pod('plain')], { configuration })).toEqual([decision]);
  });
});

it('the plugin takes the place of the one of its name, and no other', () => {
  const registry = inTree.with([dynamicResources]);
  expect(registry.plugins.map(({ name }) => name)).toEqual(inTree.plugins.map(({ name }) => name));
  expect(registry.get('DynamicResources')).toBe(dynamicResources);
  expect(registry.byDefault.filter((plugin) => !inTree.byDefault.includes(plugin))).toEqual([
    dynamicResources,
  ]);
});
