// API objects at random: whatever a watch tells, the scheduler goes on, keeps its books, and places a pod that can be placed.
import { type ApiObject, type Node, type Pod } from '../../src/model/types.ts';
import { podShape } from '../../src/scenario/shapes.ts';
import { Problems } from '../../src/model/shape.ts';
import type { Outcome } from '../../src/cycle/outcome.ts';
import { FAMILIES, vectorsOf } from '../vectors/vectors.ts';
import { Chance } from './chance.ts';
import { Host } from './host.ts';
import { mutated } from './mutate.ts';

const CASES_A_CYCLE = 20;
const CASES_A_CANARY = 200;
const CASES_A_CLUSTER = 1000;
/** Nothing that one object causes takes so long; the machine may be busy with other things. */
const HANG_MS = 10_000;
const SCENARIOS_A_FAMILY = 6;

/** Objects as people write them, of every kind that is watched. */
function corpus(kinds: ReadonlySet<string>): ApiObject[] {
  const objects = FAMILIES.flatMap((family) =>
    vectorsOf(family)
      .slice(0, SCENARIOS_A_FAMILY)
      .flatMap((vector) => {
        const { nodes, pods, pending, objects: others } = vector.scenario();
        return [
          ...nodes.slice(0, 8).map((node) => ({ ...node, kind: 'Node' })),
          ...[...pods.slice(0, 8), ...pending.slice(0, 8)].map((pod) => ({ ...pod, kind: 'Pod' })),
          ...others,
        ];
      }),
  );
  return objects
    .filter(({ kind }) => kinds.has(kind!))
    .map((object) => ({
      ...object,
      metadata: { uid: object.metadata?.name, resourceVersion: '1', ...object.metadata },
    }));
}

/** Throws an Error that says what went wrong and how to see it again. Returns how many objects were told. */
export function fuzzObjects(cases: number, seed: number, collect = () => undefined as void): number {
  const chance = new Chance(seed);
  const host = new Host();
  const objects = corpus(new Set(host.feeds.keys()));
  /** What the heap held when all objects had gone. */
  const heapBytes: number[] = [];
  for (let n = 1; n <= cases; n++) {
    const object =
      chance.next() < 0.2 ? chance.oneOf(objects) : mutated(chance.oneOf(objects), chance, objects);
    const what = () => `case ${n} of seed ${seed}: ${JSON.stringify(object).slice(0, 4000)}`;
    within(what, () => tell(host, object, chance));
    if (n % CASES_A_CYCLE === 0) within(what, () => host.cycle());
    if (n % CASES_A_CANARY === 0) within(what, () => lookAfter(host, n));
    if (n % CASES_A_CLUSTER === 0) {
      within(what, () => forget(host));
      collect();
      heapBytes.push(process.memoryUsage().heapUsed);
    }
  }
  refuseGrowth(heapBytes);
  return cases;
}

/** As a watch does: an object of another kind, or without a version, does not come so far. */
function tell(host: Host, object: ApiObject, chance: Chance): void {
  const feed = host.feeds.get(object.kind!);
  const { metadata } = object;
  if (feed === undefined || typeof metadata !== 'object' || metadata === null || !metadata.resourceVersion)
    return;
  // an API server decodes pods into types; there are too many of them to look at each
  if (object.kind === 'Pod' && !isOfItsTypes(object)) return;
  const action = chance.oneOf(['added', 'modified', 'modified', 'deleted'] as const);
  feed[action](object);
}

/** A node and a pod that only fits there are placed, whatever else there is, and what is kept is what a fresh packing has. */
function lookAfter(host: Host, n: number): void {
  const name = `canary-${n}`;
  const label = { 'example.com/canary': name };
  const metadata = { name, uid: name, resourceVersion: '1', labels: label };
  const allocatable = { cpu: '1', memory: '1Gi', pods: '10' };
  const node: Node = { kind: 'Node', metadata, status: { allocatable } };
  const pod: Pod = {
    kind: 'Pod',
    metadata: { name, namespace: 'canaries', uid: name, resourceVersion: '1' },
    spec: {
      // before all others, which have the node if they like
      priority: 2_000_000_000,
      nodeSelector: label,
      containers: [{ name: 'a', resources: { requests: { cpu: '1' } } }],
    },
  };
  host.feeds.get('Node')!.added(node);
  host.feeds.get('Pod')!.added(pod);
  const outcomes = host.cycle();
  const placed = outcomes
    .flatMap((outcome) => outcome.placed)
    .find((one) => one.pod.key === `canaries/${name}`);
  if (placed?.node !== name)
    throw new Error(`the pod ${name} is not on its node: ${whyNot(outcomes, `canaries/${name}`)}`);
  const differences = host.differences();
  if (differences.length > 0) throw new Error(`what is kept differs: ${differences.slice(0, 5).join('; ')}`);
  host.feeds.get('Pod')!.deleted(pod);
  host.feeds.get('Node')!.deleted(node);
}

function isOfItsTypes(pod: ApiObject): boolean {
  const problems = new Problems('');
  podShape(pod, '', problems);
  return problems.count === 0;
}

function whyNot(outcomes: readonly Outcome[], key: string): string {
  const outcome = outcomes.find(({ batch }) => batch.pods.some((pod) => pod.key === key));
  if (outcome === undefined) return 'it was not decided';
  return outcome.fault?.stack ?? outcome.failed[0]?.message ?? outcome.refusal?.message ?? 'nobody says why';
}

function forget(host: Host): void {
  host.forgetAll();
  host.cycle();
  const { cluster, queue } = host;
  const left = { nodes: cluster.nodes.count, pods: cluster.podCount, ...queue.counts() };
  if (Object.values(left).some((count) => count !== 0))
    throw new Error(`all objects have gone, and there is still ${JSON.stringify(left)}`);
}

/** Runs it. What it throws, and how long it takes, is told with the case. */
function within(what: () => string, act: () => void): void {
  const begin = performance.now();
  try {
    act();
  } catch (error) {
    throw new Error(`${(error as Error).stack}\n${what()}`, { cause: error });
  }
  const ms = performance.now() - begin;
  if (ms > HANG_MS) throw new Error(`it took ${Math.round(ms)} ms: ${what()}`);
}

/** The least of the last third is compared with the least of the second one: the first fills caches. */
function refuseGrowth(heapBytes: readonly number[]): void {
  const third = Math.floor(heapBytes.length / 3);
  if (third < 5) return;
  const middle = Math.min(...heapBytes.slice(third, 2 * third));
  const end = Math.min(...heapBytes.slice(2 * third));
  if (end > 1.2 * middle + 8 * 2 ** 20)
    throw new Error(`the heap grows: ${middle >> 20} MiB in the middle, and ${end >> 20} MiB at the end`);
}
