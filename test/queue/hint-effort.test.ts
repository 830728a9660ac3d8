// What hints may take of the thread for one event, and for those that a pod in flight has missed.
import { describe, expect, it } from 'vitest';
import { termsOf } from '../../src/queue/hint-effort.ts';
import { helpsWith, pod, newHarness, verdict } from './fixtures.ts';

describe('pods of very many terms', () => {
  const withTerms = (name: string, count: number) => {
    const made = pod(name);
    made.spec!.tolerations = Array.from({ length: count }, (_, n) => ({
      key: `key-${n}`,
      operator: 'Exists',
    }));
    return made;
  };
  const park = ({ queue }: ReturnType<typeof newHarness>, ...waiting: ReturnType<typeof pod>[]) => {
    for (const each of waiting) {
      queue.add(each);
      queue.park(each.metadata!.name!, queue.drain(), verdict('Fit'));
    }
  };

  it('are asked about as far as one event may take, and tried again beyond; others are always asked about', () => {
    const harness = newHarness();
    park(
      harness,
      ...[1, 2, 3].map((n) => withTerms(`large-${n}`, 2500)),
      pod('small'),
      withTerms('few', 100),
    );
    expect(harness.queue.event(helpsWith('nothing'))).toBe(1);
    expect(harness.questions.map((question) => question.pod)).toEqual(['large-1', 'large-2', 'small', 'few']);
    expect(harness.queue.counts()).toMatchObject({ backoff: 1, unschedulable: 4 });
  });

  it('are asked about again for the next event', () => {
    const harness = newHarness();
    park(harness, withTerms('large', 3000));
    const woken = [1, 2, 3].map(() => harness.queue.event(helpsWith('nothing')));
    expect(woken).toEqual([0, 0, 0]);
    expect(harness.questions).toHaveLength(3);
  });

  it.each([
    { terms: 100, events: 1000, asked: 1000, where: 'unschedulable' },
    { terms: 101, events: 1000, asked: 0, where: 'backoff' },
  ])(
    'are tried again when many events have come meanwhile: $terms terms, $events events',
    ({ terms, events, asked, where }) => {
      const { queue, questions } = newHarness();
      queue.add(withTerms('large', terms));
      const drained = queue.drain();
      for (let n = 0; n < events; n++) queue.event(helpsWith('nothing'));
      queue.park('large', drained, verdict('Fit'));
      expect(questions).toHaveLength(asked);
      expect(queue.counts()).toMatchObject({ [where]: 1 });
    },
  );

  it('have all terms counted that a hint may walk', () => {
    const selector = {
      matchLabels: { a: '1', b: '2' },
      matchExpressions: [{ key: 'c', operator: 'In', values: ['x', 'y'] }],
    };
    const made = pod('large');
    Object.assign(made.spec!, {
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'a' }, { key: 'b' }],
      topologySpreadConstraints: [{ topologyKey: 'zone', labelSelector: selector }],
      affinity: {
        podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone' }] },
      },
      containers: [
        { name: 'main', resources: { requests: { cpu: '1', memory: '1' } }, ports: [{ hostPort: 1 }] },
      ],
      initContainers: [{ name: 'init', resources: { requests: { cpu: '1' } } }],
    });
    expect(termsOf(made)).toBe(1 + 2 + 7 + 1 + 3 + 1);
  });
});
