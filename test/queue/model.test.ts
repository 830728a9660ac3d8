// The queue against a model that keeps every pod by itself and looks at all of them each time.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { QueueName, QueuedPod } from '../../src/queue/types.ts';
import { helpsWith, pod, newHarness, verdict } from './fixtures.ts';

const plugin = fc.constantFrom('Fit', 'Taint');
const name = fc.constantFrom('a', 'b', 'c', 'd');
const shape = {
  priority: fc.integer({ min: 0, max: 2 }),
  labels: fc.constantFrom(undefined, { fixed: 'Fit' }, { fixed: 'Taint' }),
  gates: fc.constantFrom<string[]>([], [], [], ['gate']),
};
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      name,
      renew: fc.constantFrom(false, false, true),
      ...shape,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('update' as const), name, ...shape }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), name, old: fc.boolean() }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('drain' as const), limit: fc.constantFrom(1, 2, Infinity) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('park' as const),
      group: fc.constantFrom('g', 'h'),
      plugins: fc.uniqueArray(plugin, { minLength: 1, maxLength: 2 }),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('requeue' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('event' as const), plugin }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 500, 1_000, 8_000, 300_000),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface ModelPod {
  name: string;
  uid: string;
  priority: number;
  fixed: string;
  queue: QueueName;
  timestamp: number;
  sequence: number;
  backoffUntil: number;
  verdicts: number;
  errors: number;
  group: string;
  plugins: string[];
  parkedAt: number;
  events: string[];
  changed: boolean;
  nextPriority?: number;
}

class Model {
  now = 0;
  pods = new Map<string, ModelPod>();
  sequence = 0;

  wake(pods: Iterable<ModelPod>): void {
    for (const pod of pods) pod.queue = pod.backoffUntil > this.now ? 'backoff' : 'active';
  }

  in(queue: QueueName): ModelPod[] {
    return [...this.pods.values()].filter((pod) => pod.queue === queue);
  }

  /** Those in backoff that are taken before their time when nothing is active. */
  early(): ModelPod[] {
    return this.in('backoff').filter(({ errors }) => errors === 0);
  }

  failed(pod: ModelPod): void {
    pod.timestamp = this.now;
    pod.backoffUntil = this.now + Math.min(1_000 * 2 ** ((pod.errors || pod.verdicts) - 1), 10_000);
    pod.priority = pod.nextPriority ?? pod.priority;
    delete pod.nextPriority;
  }

  drain(limit: number): ModelPod[] {
    this.wake(this.in('unschedulable').filter((pod) => pod.parkedAt + 300_000 <= this.now));
    this.wake(this.in('backoff').filter((pod) => pod.backoffUntil <= this.now));
    if (this.in('active').length === 0) for (const pod of this.early()) pod.queue = 'active';
    const order = (a: ModelPod, b: ModelPod): number =>
      b.priority - a.priority || a.timestamp - b.timestamp || a.sequence - b.sequence;
    const drained = this.in('active').sort(order).slice(0, limit);
    for (const pod of drained) Object.assign(pod, { queue: 'inFlight', events: [], changed: false });
    return drained;
  }

  park(group: string, pods: ModelPod[], plugins: string[]): void {
    for (const pod of pods) {
      pod.verdicts += 1;
      pod.errors = 0;
      this.failed(pod);
      Object.assign(pod, { plugins, parkedAt: this.now });
    }
    const helped = (pod: ModelPod): boolean => pod.events.some((event) => plugins.includes(event));
    for (const pod of pods.filter((pod) => pod.changed)) {
      pod.group = `pod ${pod.name}`;
      if (plugins.includes(pod.fixed) || helped(pod)) this.wake([pod]);
      else pod.queue = 'unschedulable';
    }
    const same = pods.filter((pod) => !pod.changed);
    if (same.length === 0) return;
    const parked = this.in('unschedulable').filter((pod) => pod.group === group);
    if (same.some(helped)) this.wake([...parked, ...same]);
    else {
      for (const pod of [...parked, ...same]) {
        Object.assign(pod, { group, plugins, parkedAt: this.now, queue: 'unschedulable' });
      }
    }
  }
}

it('loses no pod, doubles none, and keeps each where the model has it', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }), (steps) => {
      const { queue, clock } = newHarness();
      const model = new Model();
      let flying: QueuedPod[] = [];
      let uids = 0;

      const put = (step: Step & { do: 'add' | 'update' }, uid: string): void => {
        const { name, priority, labels, gates } = step;
        const known = model.pods.get(name);
        const object = pod(name, {
          uid,
          priority,
          labels,
          gates: known?.uid === uid && known.queue !== 'gated' ? [] : gates,
        });
        if (step.do === 'add') queue.add(object);
        else queue.update(pod(name, { uid }), object);
        const gated = (object.spec?.schedulingGates ?? []).length > 0;
        const fixed = labels?.fixed ?? '';
        if (known?.uid !== uid) {
          model.pods.set(name, {
            ...{ name, uid, priority, fixed, timestamp: model.now, sequence: model.sequence++ },
            ...{ backoffUntil: 0, verdicts: 0, errors: 0, group: '', plugins: [], parkedAt: 0, events: [] },
            ...{ queue: gated ? 'gated' : 'active', changed: false },
          });
          return;
        }
        const changed = known.fixed !== fixed || (known.nextPriority ?? known.priority) !== priority;
        known.fixed = fixed;
        if (known.queue === 'inFlight') {
          known.changed ||= changed;
          known.nextPriority = priority;
          return;
        }
        known.priority = priority;
        if (known.queue === 'gated' && !gated) known.queue = 'active';
        else if (known.queue === 'unschedulable' && changed) {
          known.group = `pod ${name}`;
          if (known.plugins.includes(fixed)) model.wake([known]);
        }
      };

      for (const step of steps) {
        switch (step.do) {
          case 'add':
          case 'update': {
            const uid = model.pods.get(step.name)?.uid;
            put(step, uid === undefined || (step.do === 'add' && step.renew) ? String(uids++) : uid);
            break;
          }
          case 'delete':
            queue.delete(`ns/${step.name}`, step.old ? 'gone' : model.pods.get(step.name)?.uid);
            if (!step.old) model.pods.delete(step.name);
            break;
          case 'drain': {
            const drained = queue.drain(step.limit);
            const expected = model.drain(step.limit);
            expect(drained.map(({ uid }) => uid)).toEqual(expected.map(({ uid }) => uid));
            flying.push(...drained);
            break;
          }
          case 'park': {
            const given = flying.splice(0, step.count);
            queue.park(step.group, given, verdict(...step.plugins));
            const alive = given.flatMap(({ uid }) => model.in('inFlight').filter((pod) => pod.uid === uid));
            model.park(step.group, alive, step.plugins);
            break;
          }
          case 'requeue': {
            const given = flying.shift();
            if (!given) break;
            queue.requeue(given);
            const alive = model.in('inFlight').find(({ uid }) => uid === given.uid);
            if (!alive) break;
            alive.errors += 1;
            model.failed(alive);
            model.wake([alive]);
            break;
          }
          case 'event': {
            for (const pod of model.in('inFlight')) pod.events.push(step.plugin);
            const helped = model.in('unschedulable').filter(({ plugins }) => plugins.includes(step.plugin));
            expect(queue.event(helpsWith(step.plugin))).toBe(helped.length);
            model.wake(helped);
            break;
          }
          case 'pass':
            clock.ms += step.ms;
            model.now += step.ms;
        }
        const rows = queue.snapshot(100);
        const stands = [...model.pods.values()].map(({ name, queue }) => `${name} ${queue}`);
        expect(rows.map(({ key, queue }) => `${key.slice(3)} ${queue}`).sort()).toEqual(stands.sort());
        const { active, backoff, unschedulable, gated } = queue.counts();
        expect([active, backoff, unschedulable, gated]).toEqual(
          (['active', 'backoff', 'unschedulable', 'gated'] as const).map((name) => model.in(name).length),
        );
        const wakeups = [
          ...(model.in('active').length === 0 ? model.early() : []).map(() => model.now),
          ...model.in('backoff').map(({ backoffUntil }) => backoffUntil),
          ...model.in('unschedulable').map(({ parkedAt }) => parkedAt + 300_000),
        ];
        expect(queue.nextWakeup() ?? Infinity).toBe(Math.min(...wakeups));
        if (model.in('inFlight').length === 0) expect(queue.inFlightEvents).toBe(0);
      }
      flying = [];
    }),
    { seed: 20_261_124, numRuns: 200 },
  );
});
