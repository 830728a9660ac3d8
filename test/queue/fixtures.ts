// A queue with a clock that the test moves, and helps() that the test decides.
import type { Pod } from '../../src/model/types.ts';
import type { ClusterEvent } from '../../src/model/events.ts';
import { SchedulingQueue } from '../../src/queue/scheduling-queue.ts';
import type { QueueOptions, QueuedPod, SharedEvent, Verdict } from '../../src/queue/types.ts';

export interface PodShape {
  uid?: string;
  priority?: number;
  labels?: Record<string, string>;
  gates?: string[];
  conditions?: { type: string; status: string }[];
}

export function pod(
  name: string,
  { uid = name, priority, labels, gates = [], conditions }: PodShape = {},
): Pod {
  return {
    metadata: { name, namespace: 'ns', uid, labels },
    spec: { containers: [], priority, schedulingGates: gates.map((gate) => ({ name: gate })) },
    status: { conditions },
  };
}

/** An event that helps pods rejected by `plugin`, as the rigs below understand it. */
export function helpsWith(plugin: string): SharedEvent {
  return { kind: 'Node', after: { metadata: { name: plugin } } };
}

export const verdict = (...plugins: string[]): Verdict => ({
  plugins,
  message: `rejected by ${plugins.join()}`,
});

export const names = (pods: readonly QueuedPod[]): string[] =>
  pods.map(({ pod }) => pod.metadata?.name ?? '');

/** helps() says yes to helpsWith(one of the plugins), and to a pod that was given the label fixed=PLUGIN. */
export function newHarness(options: Partial<QueueOptions> = {}) {
  const clock = { ms: 0 };
  const questions: { event: ClusterEvent; pod: string }[] = [];
  const incoming: string[] = [];
  const queue = new SchedulingQueue({
    now: () => clock.ms,
    initialBackoffMs: 1_000,
    maxBackoffMs: 10_000,
    helps(event, pod, plugins) {
      questions.push({ event, pod: pod.metadata?.name ?? '' });
      if (event.kind === 'TargetPod') return plugins.includes(event.after.metadata?.labels?.['fixed'] ?? '');
      return plugins.includes(event.after?.metadata?.name ?? '');
    },
    onIncoming: (name, event, pods) => incoming.push(`${name} ${event} ${pods}`),
    ...options,
  });
  return { queue, clock, questions, incoming };
}
