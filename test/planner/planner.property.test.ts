// What a kept cluster decides depends on what there is, not on how it came about, nor on who else looks at it.
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { KubernetesObject } from '../../src/planner/objects.ts';
import { Planner } from '../../src/planner/planner.ts';
import { anyEvent, anyProbes, BEGINNING, happen, seen, type RandomEvent } from './random-events.ts';

// many cases, on a machine that may be busy
vi.setConfig({ testTimeout: 120_000 });

const anyHistory = fc.array(anyEvent, { minLength: 1, maxLength: 25 });

function after(events: readonly RandomEvent[]): Planner {
  const planner = Planner.empty();
  planner.set(...BEGINNING);
  for (const event of events) happen(planner, event);
  return planner;
}

test('a planner after any history decides as a fresh one of the same objects', () => {
  // what pods were given besides their nodes is no object yet
  const isPlain = (event: RandomEvent) =>
    event.do !== 'decide' || !JSON.stringify(event).includes('"volumes":[');
  fc.assert(
    fc.property(anyHistory, anyProbes, (events, probes) => {
      const kept = after(events.filter(isPlain));
      const fresh = Planner.empty();
      fresh.set(...BEGINNING);
      const objects = new Map<string, KubernetesObject>();
      for (const event of events) {
        if (event.do === 'decide' || event.object.kind === 'Node' || event.object.kind === 'Pod') continue;
        const key = `${event.object.kind} ${event.object.metadata?.name}`;
        objects.delete(key);
        if (event.do === 'set') objects.set(key, event.object as KubernetesObject);
        else if (BEGINNING.some(({ kind, metadata }) => `${kind} ${metadata?.name}` === key))
          fresh.remove(event.object as KubernetesObject);
      }
      fresh.set(...objects.values());
      fresh.set(...(kept.nodes() as KubernetesObject[]), ...(kept.pods() as KubernetesObject[]));
      expect(seen(kept, probes)).toEqual(seen(fresh, probes));
    }),
    { numRuns: 150, seed: 1 },
  );
});

test('a planner that was exported and imported is the same', () => {
  fc.assert(
    fc.property(anyHistory, anyHistory, anyProbes, (events, later, probes) => {
      const planner = after(events);
      const imported = Planner.import(planner.export());
      expect(seen(imported, probes)).toEqual(seen(planner, probes));
      for (const event of later) expect(happen(imported, event)).toEqual(happen(planner, event));
      expect(seen(imported, probes)).toEqual(seen(planner, probes));
    }),
    { numRuns: 150, seed: 2 },
  );
});

test('what happens in forks happens in them alone', () => {
  const anyTurn = fc.record({ who: fc.constantFrom('parent', 'fork', 'other'), event: anyEvent });
  fc.assert(
    fc.property(anyHistory, fc.array(anyTurn, { maxLength: 25 }), anyProbes, (events, turns, probes) => {
      const parent = after(events);
      const planners = { parent, fork: parent.fork(), other: parent.fork() };
      const bytes = parent.export();
      const apart = {
        parent: Planner.import(bytes),
        fork: Planner.import(bytes),
        other: Planner.import(bytes),
      };
      for (const { who, event } of turns) {
        const name = who;
        expect(happen(planners[name], event)).toEqual(happen(apart[name], event));
      }
      planners.other.discard();
      for (const name of ['parent', 'fork'] as const)
        expect(seen(planners[name], probes)).toEqual(seen(apart[name], probes));
    }),
    { numRuns: 150, seed: 3 },
  );
});
