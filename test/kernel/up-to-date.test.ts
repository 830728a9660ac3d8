import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { objectKey } from '../../src/model/types.ts';
import { ClassIndex, type EquivalenceClass } from '../../src/classes/class-index.ts';
import { Correspondence } from '../../src/determination/correspondence.ts';
import { Matches } from '../../src/kernel/program/match.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import { clusterOf } from '../../src/planner/plan.ts';
import { answersOf } from '../cycle/answers.ts';
import { KERNELS } from './kernels.ts';
import { configurationOfWorld, nodeOf, podOf, scenarioOf, worlds, type World } from './worlds.ts';

const TIMEOUT_MS = 120_000;

/** What may happen between two batches of a class, and its batches. Numbers pick a template, a pod or a node. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ assign: fc.nat(3), pods: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ bind: fc.nat(3), node: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ remove: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ resize: fc.nat(), pods: fc.nat(8) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/**
 * Runs the steps; in the end every live correspondence must answer as one that is determined anew, and after each step
 * when it is watched. One that was asked looks at all nodes from then on, others at groups of them.
 */
function run(kernel: Kernel, world: World, steps: readonly Step[], isWatched: boolean): object[] {
  const scenario = scenarioOf(world);
  const templates = world.templates.map((draw, n) => podOf(draw, `template-${n}`));
  const cluster = clusterOf({ ...scenario, pending: templates }, kernel, 1);
  const context = { cluster, profile: configurationOfWorld(world, {}).profiles[0]! };
  const classes = new ClassIndex(kernel);
  const live = new Map<EquivalenceClass, Correspondence>();
  const bound = scenario.pods.map(objectKey);
  const trace: object[] = [];
  let serial = 0;

  const happen = (action: Step): void => {
    if ('assign' in action) {
      const draw = world.templates[action.assign % templates.length]!;
      const master = podOf(draw, 'master');
      const equivalenceClass = classes.of(master, context);
      const correspondence =
        live.get(equivalenceClass) ??
        new Correspondence(
          { kernel, matches: new Matches(kernel), withDetail: true },
          equivalenceClass,
          master,
        );
      live.set(equivalenceClass, correspondence);
      correspondence.bringUpToDate(correspondence.master);
      const assignments = correspondence.assign(action.pods);
      for (const { row } of assignments) {
        const pod = podOf(draw, `assigned-${serial++}`);
        bound.push(objectKey(pod));
        cluster.assume(pod, row, true);
      }
      correspondence.markSeen();
      trace.push(assignments);
    } else if ('bind' in action) {
      const { name } = scenario.nodes[action.node % scenario.nodes.length]!.metadata!;
      const pod = podOf(world.templates[action.bind % templates.length]!, `bound-later-${serial++}`, name);
      bound.push(objectKey(pod));
      cluster.setPod(pod);
    } else if ('remove' in action) {
      const [key] = bound.splice(action.remove % Math.max(1, bound.length), 1);
      if (key !== undefined) cluster.removePod(key);
    } else {
      const n = action.resize % world.nodes.length;
      cluster.setNode(nodeOf({ ...world.nodes[n]!, pods: action.pods }, n));
    }
  };

  for (const [n, action] of steps.entries()) {
    happen(action);
    if (!isWatched && n < steps.length - 1) continue;
    for (const [equivalenceClass, correspondence] of live) {
      correspondence.bringUpToDate(correspondence.master);
      const fresh = new Correspondence(
        { kernel, matches: new Matches(kernel), withDetail: true },
        equivalenceClass,
        correspondence.master,
      );
      const answered = answersOf(correspondence);
      expect(answered).toEqual(answersOf(fresh));
      fresh.dispose();
      trace.push(answered);
    }
  }
  return trace;
}

describe('a batch that is brought up to date by what changed', () => {
  it.each([
    ['after every step', true],
    ['after all steps', false],
  ])(
    'equals one that is determined anew, the same on all kernels, %s',
    { timeout: TIMEOUT_MS },
    (_, isWatched) => {
      const steps = fc.array(step, { minLength: 1, maxLength: 14, size: 'max' });
      fc.assert(
        fc.property(worlds, steps, (world, drawn) => {
          const [wanted, ...others] = KERNELS.map(({ load }) => run(load(), world, drawn, isWatched));
          for (const other of others) expect(other).toEqual(wanted);
        }),
        { seed: 21, numRuns: 120 },
      );
    },
  );

  it('is brought up to date without another full pass', () => {
    const kernel = KERNELS[0]!.load();
    const [world] = fc.sample(worlds, { seed: 22, numRuns: 1 });
    const cluster = clusterOf(scenarioOf(world!), kernel, 1);
    const context = { cluster, profile: configurationOfWorld(world!, {}).profiles[0]! };
    const pod = podOf({ ...world!.templates[0]!, port: undefined, spread: [] }, 'master');
    const equivalenceClass = new ClassIndex(kernel).of(pod, context);
    const correspondence = new Correspondence(
      { kernel, matches: new Matches(kernel), withDetail: false },
      equivalenceClass,
      pod,
    );
    cluster.setPod({
      ...pod,
      metadata: { ...pod.metadata, name: 'other' },
      spec: { ...pod.spec!, nodeName: 'node-0' },
    });
    correspondence.bringUpToDate(correspondence.master);
    expect(correspondence.passes).toBe(1);
  });
});
