// What was taken for the pods of a gang besides their nodes is free again when the gang gets none after all.
import { expect, test } from 'vitest';
import { ERROR_ROW } from '../../assembly/layout.ts';
import { kernelWith, node, nodesByPod, pod, newHarness, type Harness } from '../cycle/fixtures.ts';
import { claim, deviceClass, devices, slice } from '../devices/objects.ts';
import { PENDING_ALLOCATION } from '../../src/plugins/dynamic-resources/kinds.ts';
import { podGroup } from './fixtures.ts';

const gpu = deviceClass('gpu');

function claiming(name: string, spec: object = {}) {
  return pod(name, { spec: { ...spec, resourceClaims: [{ name: 'device', resourceClaimName: name }] } });
}

const inGroup = (name: string) => claiming(name, { schedulingGroup: { podGroupName: 'g' } });

const isTaken = ({ cluster }: Harness, name: string) =>
  cluster.store.get(PENDING_ALLOCATION, `ns/${name}`) !== undefined;

test('a gang that is short of a device leaves those that it had to the pod after it', () => {
  const scheduler = newHarness({
    nodes: [node('a')],
    objects: [
      podGroup('g', 2),
      ...[gpu, slice('a', devices('x')), claim('one'), claim('two'), claim('free')],
    ],
  });
  scheduler.submit(inGroup('one'), inGroup('two'), claiming('free'));
  expect(nodesByPod(scheduler.run())).toEqual({ free: 'a' });
  expect(['one', 'two', 'free'].filter((name) => isTaken(scheduler, name))).toEqual(['free']);
});

test('a gang whose attempt breaks keeps no device', () => {
  let calls = 0;
  const kernel = kernelWith((exports) => ({
    assign: (batch, count, out) =>
      count > 0 && ++calls === 2 ? ERROR_ROW : exports.assign(batch, count, out),
  }));
  const scheduler = newHarness({
    kernel,
    nodes: [node('a')],
    objects: [podGroup('g', 2), gpu, slice('a', devices('x', 'y')), claim('one'), claim('two')],
  });
  scheduler.submit(inGroup('one'), inGroup('two'));
  expect(scheduler.run().some(({ fault }) => fault !== undefined)).toBe(true);
  expect(['one', 'two'].filter((name) => isTaken(scheduler, name))).toEqual([]);
  scheduler.clock.ms = 20_000;
  expect(nodesByPod(scheduler.run())).toEqual({ one: 'a', two: 'a' });
});

test('a pod whose binding cannot begin, or fails, keeps no device', () => {
  const scheduler = newHarness({
    nodes: [node('a')],
    objects: [gpu, slice('a', devices('x', 'y')), claim('one'), claim('two')],
  });
  scheduler.binder.throwsOn.add('ns/one');
  scheduler.submit(claiming('one'), claiming('two'));
  scheduler.run();
  expect(['one', 'two'].filter((name) => isTaken(scheduler, name))).toEqual(['two']);
  scheduler.cycle.bindingFailed('ns/two', 'refused');
  expect(isTaken(scheduler, 'two')).toBe(false);
});
