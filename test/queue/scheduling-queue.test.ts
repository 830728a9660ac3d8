import type { Classified } from '../../src/classes/class-index.ts';
import { describe, expect, it } from 'vitest';
import { helpsWith, names, pod, newHarness, verdict } from './fixtures.ts';

const node = helpsWith('Other');

describe('drain', () => {
  it('orders by priority, then by time, then by arrival', () => {
    const { queue, clock } = newHarness();
    queue.add(pod('early'));
    queue.add(pod('early-too'));
    clock.ms = 5;
    queue.add(pod('late'));
    queue.add(pod('urgent', { priority: 10 }));
    expect(names(queue.drain())).toEqual(['urgent', 'early', 'early-too', 'late']);
    expect(queue.drain()).toEqual([]);
  });

  it('takes no more than the limit and leaves the rest in order', () => {
    const { queue } = newHarness();
    for (const name of ['a', 'b', 'c']) queue.add(pod(name));
    expect(names(queue.drain(2))).toEqual(['a', 'b']);
    expect(queue.counts().active).toBe(1);
    expect(names(queue.drain())).toEqual(['c']);
  });

  it('counts attempts and keeps the time of the first', () => {
    const { queue, clock } = newHarness();
    clock.ms = 7;
    queue.add(pod('a'));
    const [first] = queue.drain();
    expect(first).toMatchObject({ attempts: 1, firstAttempt: 7, timestamp: 7, key: 'ns/a', uid: 'a' });
    clock.ms = 100;
    queue.requeue(first!);
    clock.ms = 1_100;
    expect(queue.drain()).toMatchObject([{ attempts: 2, firstAttempt: 7, timestamp: 100 }]);
  });

  it('follows a priority that was changed while the pod waits', () => {
    const { queue } = newHarness();
    queue.add(pod('a'));
    queue.add(pod('b'));
    queue.update(pod('b'), pod('b', { priority: 1 }));
    expect(names(queue.drain())).toEqual(['b', 'a']);
  });
});

describe('backoff', () => {
  it('doubles with each attempt up to the maximum', () => {
    const { queue, clock } = newHarness();
    queue.add(pod('a'));
    const waits = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const [drained] = queue.drain();
      queue.requeue(drained!);
      const next = queue.nextWakeup()!;
      waits.push(next - clock.ms);
      clock.ms = next - 1;
      expect(queue.drain()).toEqual([]);
      clock.ms = next;
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  it('counts errors apart from verdicts, and forgets them at the next verdict', () => {
    const { queue, clock } = newHarness();
    queue.add(pod('a'));
    const wait = (park: boolean): number => {
      // one that stays active, so that none goes before its time
      queue.add(pod('other', { priority: -1 }));
      const drained = queue.drain(1);
      if (park) {
        queue.park('g', drained, verdict('Fit'));
        queue.event(helpsWith('Fit'));
      } else queue.requeue(drained[0]!);
      const start = clock.ms;
      clock.ms = queue.nextWakeup()!;
      return clock.ms - start;
    };
    expect([wait(true), wait(true), wait(false), wait(false), wait(true)]).toEqual([
      1_000, 2_000, 1_000, 2_000, 4_000,
    ]);
  });

  it('ends early for pods that an event has woken, when no other is active', () => {
    const { queue, clock, incoming } = newHarness();
    queue.add(pod('a'));
    queue.park('g', queue.drain(), verdict('Fit'));
    queue.add(pod('other', { gates: ['gate'] }));
    queue.event(helpsWith('Fit'));
    expect(queue.counts()).toMatchObject({ active: 0, backoff: 1 });
    queue.update(pod('other', { gates: ['gate'] }), pod('other'));
    expect(queue.nextWakeup()).toBe(1_000);
    clock.ms = 10;
    expect(names(queue.drain())).toEqual(['other']);
    expect(queue.nextWakeup()).toBe(10);
    expect(names(queue.drain())).toEqual(['a']);
    expect(incoming.at(-1)).toBe('active PopFromBackoffQ 1');
  });

  it('does not end early after an error', () => {
    const { queue } = newHarness();
    queue.add(pod('a'));
    queue.requeue(queue.drain()[0]!);
    expect(queue.nextWakeup()).toBe(1_000);
    expect(queue.drain()).toEqual([]);
  });

  it('is off when its maximum is 0', () => {
    const { queue } = newHarness({ maxBackoffMs: 0 });
    queue.add(pod('a'));
    queue.requeue(queue.drain()[0]!);
    expect(names(queue.drain())).toEqual(['a']);
  });
});

describe('a parked class', () => {
  function parked(count: number) {
    const made = newHarness();
    for (let index = 0; index < count; index += 1) made.queue.add(pod(`p${index}`));
    made.queue.park('g', made.queue.drain(), verdict('Fit'));
    return made;
  }

  it('is asked about once per event and wakes as a whole', () => {
    const { queue, clock, questions } = parked(100);
    expect(queue.event(node)).toBe(0);
    expect(questions).toHaveLength(1);
    clock.ms = 2_000;
    expect(queue.event(helpsWith('Fit'))).toBe(100);
    expect(questions).toHaveLength(2);
    expect(queue.counts()).toEqual({ active: 100, backoff: 0, unschedulable: 0, gated: 0 });
    expect(queue.event(helpsWith('Fit'))).toBe(0);
    expect(questions).toHaveLength(2);
  });

  it('wakes to backoff while its backoff lasts', () => {
    const { queue, clock } = parked(2);
    clock.ms = 400;
    expect(queue.event(helpsWith('Fit'))).toBe(2);
    expect(queue.counts()).toMatchObject({ active: 0, backoff: 2 });
    queue.add(pod('other', { priority: 1 }));
    expect(names(queue.drain(1))).toEqual(['other']);
    expect(names(queue.drain())).toEqual(['p0', 'p1']);
  });

  it('is tried again after the flush time without any event', () => {
    const { queue, clock } = parked(2);
    expect(queue.nextWakeup()).toBe(300_000);
    clock.ms = 299_999;
    expect(queue.drain()).toEqual([]);
    clock.ms = 300_000;
    expect(names(queue.drain())).toEqual(['p0', 'p1']);
    expect(queue.nextWakeup()).toBeUndefined();
  });

  it('takes the plugins, the message and the time of its newest verdict', () => {
    const { queue, clock } = parked(1);
    clock.ms = 50;
    queue.add(pod('later'));
    queue.park('g', queue.drain(), verdict('Taint'));
    expect(queue.nextWakeup()).toBe(300_050);
    clock.ms = 5_000;
    expect(queue.event(helpsWith('Fit'))).toBe(0);
    expect(queue.event(helpsWith('Taint'))).toBe(2);
  });

  it('still wakes after its first pod was deleted, and asks for the next', () => {
    const { queue, clock, questions } = parked(3);
    queue.delete('ns/p0', 'p0');
    clock.ms = 2_000;
    expect(queue.event(helpsWith('Fit'))).toBe(2);
    expect(questions.map((question) => question.pod)).toEqual(['p1']);
  });

  it('leaves nothing behind when all its pods were deleted', () => {
    const { queue, questions } = parked(2);
    queue.delete('ns/p0');
    queue.delete('ns/p1');
    expect(queue.event(helpsWith('Fit'))).toBe(0);
    expect(questions).toEqual([]);
    expect(queue.nextWakeup()).toBeUndefined();
    expect(queue.counts().unschedulable).toBe(0);
  });

  it('counts its pods for each rejecting plugin of the profile', () => {
    const { queue } = parked(2);
    queue.add({ ...pod('x'), spec: { containers: [], schedulerName: 'mine' } });
    queue.park('h', queue.drain(), verdict('Fit', 'Taint'));
    expect(queue.rejections()).toEqual([
      { plugin: 'Fit', profile: 'default-scheduler', pods: 2 },
      { plugin: 'Fit', profile: 'mine', pods: 1 },
      { plugin: 'Taint', profile: 'mine', pods: 1 },
    ]);
  });

  it('backs off instead when no plugin is named, as no event could wake it', () => {
    const { queue } = newHarness();
    queue.add(pod('a'));
    queue.park('g', queue.drain(), { plugins: [], message: 'broken' });
    expect(queue.counts()).toMatchObject({ backoff: 1, unschedulable: 0 });
    expect(queue.snapshot(1)[0]?.reason).toBe('broken');
  });
});

describe('an update', () => {
  it('wakes a parked pod, and only it, when the change can help', () => {
    const { queue, clock } = newHarness();
    queue.add(pod('a'));
    queue.add(pod('b'));
    queue.park('g', queue.drain(), verdict('Fit'));
    clock.ms = 2_000;
    queue.update(pod('a'), pod('a', { labels: { fixed: 'Fit' } }));
    const drained = queue.drain();
    expect(names(drained)).toEqual(['a']);
    expect(drained[0]?.pod.metadata?.labels).toEqual({ fixed: 'Fit' });
    expect(queue.counts().unschedulable).toBe(1);
  });

  it('takes a changed pod that it cannot help out of its group, with the same verdict and flush', () => {
    const { queue, clock, questions } = newHarness();
    queue.add(pod('a'));
    queue.add(pod('b'));
    queue.park('g', queue.drain(), verdict('Fit'));
    clock.ms = 2_000;
    queue.update(pod('a'), pod('a', { labels: { app: 'other' } }));
    expect(queue.counts().unschedulable).toBe(2);
    expect(queue.nextWakeup()).toBe(300_000);
    questions.length = 0;
    expect(queue.event(helpsWith('Fit'))).toBe(2);
    expect(questions.map((question) => question.pod).sort()).toEqual(['a', 'b']);
  });

  it('of the status alone asks nothing and wakes nothing', () => {
    const { queue, questions } = newHarness();
    queue.add(pod('a'));
    queue.park('g', queue.drain(), verdict('Fit'));
    queue.update(pod('a'), pod('a', { conditions: [{ type: 'PodScheduled', status: 'False' }] }));
    expect(questions).toEqual([]);
    expect(queue.counts().unschedulable).toBe(1);
  });

  it('keeps the class of a pod through an attempt, and forgets it with the object that it was found for', () => {
    const { queue, clock } = newHarness();
    const classified = { selectorsVersion: 0 } as Classified;
    queue.add(pod('a'), classified);
    const [drained] = queue.drain();
    queue.requeue(drained!);
    expect(drained!.classified).toBe(classified);
    queue.update(pod('a'), pod('a', { conditions: [] }));
    clock.ms = 1_000;
    expect(queue.drain()[0]?.classified).toBeUndefined();
  });

  it('of an unknown pod adds it', () => {
    const { queue } = newHarness();
    queue.update(pod('a'), pod('a'));
    expect(names(queue.drain())).toEqual(['a']);
  });

  it('with a new uid is a new pod', () => {
    const { queue } = newHarness();
    queue.add(pod('a'));
    queue.park('g', queue.drain(), verdict('Fit'));
    queue.update(pod('a'), pod('a', { uid: 'second' }));
    expect(queue.drain()).toMatchObject([{ uid: 'second', attempts: 1 }]);
    expect(queue.counts().unschedulable).toBe(0);
  });
});

describe('a gated pod', () => {
  it('costs no question, is never drained, and becomes active when its gates are gone', () => {
    const { queue, clock, questions } = newHarness();
    queue.add(pod('a', { gates: ['example.com/quota'] }));
    expect(queue.counts()).toEqual({ active: 0, backoff: 0, unschedulable: 0, gated: 1 });
    expect(queue.event(helpsWith('Fit'))).toBe(0);
    expect(questions).toEqual([]);
    clock.ms = 1_000_000;
    expect(queue.drain()).toEqual([]);
    expect(queue.snapshot(1)[0]?.reason).toBe('waiting for scheduling gates: example.com/quota');
    queue.update(pod('a', { gates: ['example.com/quota'] }), pod('a'));
    expect(queue.counts().gated).toBe(0);
    expect(queue.drain()).toMatchObject([{ key: 'ns/a', timestamp: 0, firstAttempt: 1_000_000 }]);
  });

  it('stays while one gate is left', () => {
    const { queue } = newHarness();
    queue.add(pod('a', { gates: ['x', 'y'] }));
    queue.update(pod('a', { gates: ['x', 'y'] }), pod('a', { gates: ['y'] }));
    expect(queue.counts()).toMatchObject({ active: 0, gated: 1 });
    queue.delete('ns/a');
    expect(queue.counts().gated).toBe(0);
  });
});

describe('delete', () => {
  it('of another uid leaves the pod', () => {
    const { queue } = newHarness();
    queue.add(pod('a', { uid: 'second' }));
    queue.delete('ns/a', 'first');
    expect(queue.counts().active).toBe(1);
  });

  it('works in each queue', () => {
    const { queue } = newHarness();
    for (const name of ['unschedulable', 'backoff']) queue.add(pod(name));
    const [one, two] = queue.drain();
    queue.park('g', [one!], verdict('Fit'));
    queue.requeue(two!);
    queue.add(pod('active'));
    queue.add(pod('gated', { gates: ['x'] }));
    expect(queue.counts()).toEqual({ active: 1, backoff: 1, unschedulable: 1, gated: 1 });
    for (const { key } of queue.snapshot(10)) queue.delete(key);
    expect(queue.counts()).toEqual({ active: 0, backoff: 0, unschedulable: 0, gated: 0 });
    expect(queue.nextWakeup()).toBeUndefined();
  });
});

it('snapshot shows the first pods in order of arrival, with what they wait for', () => {
  const { queue, clock } = newHarness();
  for (const name of ['a', 'b', 'c']) queue.add(pod(name, { priority: name === 'b' ? 1 : 0 }));
  clock.ms = 9;
  queue.park('g', queue.drain(1), verdict('Fit'));
  expect(queue.snapshot(2)).toEqual([
    { key: 'ns/a', queue: 'active', priority: 0, attempts: 0, since: 0, reason: '' },
    { key: 'ns/b', queue: 'unschedulable', priority: 1, attempts: 1, since: 9, reason: 'rejected by Fit' },
  ]);
});

it('tells what enters which queue, in the words of kube-scheduler', () => {
  const { queue, clock, incoming } = newHarness();
  queue.add(pod('a'));
  queue.add(pod('b'));
  queue.add(pod('g', { gates: ['x'] }));
  const [a, b] = queue.drain();
  queue.park('g', [a!], verdict('Fit'));
  queue.requeue(b!);
  clock.ms = 1_000;
  queue.drain();
  queue.event(helpsWith('Fit'));
  queue.update(pod('g', { gates: ['x'] }), pod('g'));
  queue.park('g', queue.drain(), verdict('Fit'));
  clock.ms = 400_000;
  queue.drain();
  expect(incoming).toEqual([
    'active UnscheduledPodAdd 1',
    'active UnscheduledPodAdd 1',
    'unschedulable UnscheduledPodAdd 1',
    'unschedulable ScheduleAttemptFailure 1',
    'backoff ScheduleAttemptFailure 1',
    'active BackoffComplete 1',
    'active NodeAdd 1',
    'active TargetPodUpdatePodSchedulingGatesEliminated 1',
    'unschedulable ScheduleAttemptFailure 2',
    'active UnschedulableTimeout 2',
  ]);
});

describe('a hint that fails', () => {
  const failing = () => {
    const faults: string[] = [];
    const { queue } = newHarness({
      maxBackoffMs: 0,
      helps: (_, { metadata }) => {
        if (metadata?.name === 'broken') throw new Error('no such field');
        return metadata?.name === 'helped';
      },
      onHintFault: (plugins, message) => faults.push(`${plugins.join()}: ${message}`),
    });
    for (const name of ['broken', 'helped', 'other']) {
      queue.add(pod(name));
      queue.park(name, queue.drain(), verdict('A'));
    }
    return { queue, faults };
  };

  it('counts as help and stops no other one', () => {
    const { queue } = failing();
    expect(queue.event(helpsWith('A'))).toBe(2);
    expect(names(queue.drain())).toEqual(['broken', 'helped']);
  });

  it('is told once, whatever it is asked', () => {
    const { queue, faults } = failing();
    queue.event(helpsWith('A'));
    queue.park('broken', queue.drain(), verdict('A'));
    queue.event(helpsWith('B'));
    expect(faults).toEqual(['A: no such field']);
    queue.add({ ...pod('broken'), metadata: { ...pod('broken').metadata, labels: { fixed: 'A' } } });
    queue.park('broken', queue.drain(), verdict('A', 'B'));
    queue.event(helpsWith('B'));
    expect(faults).toEqual(['A: no such field', 'A,B: no such field']);
  });
});
