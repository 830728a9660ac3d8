import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Event, Pod } from '../../src/model/types.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { createNodes, pod } from './fixtures.ts';
import { until } from './processes.ts';
import { configurationFile, startCoset } from './scheduler.ts';

const PODS = '/api/v1/namespaces/default/pods';
const TIMEOUT_SECONDS = 60;
const FINALIZER = 'example.com/hold';

let controlPlane: ControlPlane;
beforeAll(async () => {
  controlPlane = await startControlPlane();
});
afterAll(() => controlPlane.stop());

/** A pod of one of the priority classes; without a kubelet its node lets it go at once. */
function prioritized(
  name: string,
  cpu: string,
  priorityClassName: string | undefined,
  nodeName?: string,
): Pod {
  const { spec, ...rest } = pod(0, { app: name });
  const [container] = spec!.containers;
  return {
    ...rest,
    metadata: { ...rest.metadata, name },
    spec: {
      ...spec,
      nodeName,
      priorityClassName,
      terminationGracePeriodSeconds: 0,
      containers: [{ ...container!, resources: { requests: { cpu } } }],
    },
  };
}

it('a pod of high priority evicts the right victims and takes their node, and one of less priority waits', async ({
  onTestFailed,
}) => {
  const { client } = controlPlane;
  await createNodes(client, 4);
  for (const [name, value, preemptionPolicy] of [
    ['high', 1000, 'PreemptLowerPriority'],
    ['middle', 500, 'Never'],
  ] as const) {
    await client.text('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value,
      preemptionPolicy,
    });
  }
  // nobody works on the budget's status here: it allows no disruption
  await client.text('POST', '/apis/policy/v1/namespaces/default/poddisruptionbudgets', {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'kept' },
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'kept' } } },
  });
  const victim = prioritized('victim', '5', undefined, 'node-00002');
  victim.metadata!.finalizers = [FINALIZER];
  const bound = [
    prioritized('kept', '8', undefined, 'node-00000'),
    prioritized('middling', '8', 'middle', 'node-00001'),
    victim,
    prioritized('spared', '3', undefined, 'node-00002'),
    prioritized('peer', '8', 'high', 'node-00003'),
  ];
  for (const each of bound) await client.text('POST', PODS, each);

  const coset = startCoset(configurationFile(controlPlane));
  onTestFailed(() => {
    process.stderr.write(coset.daemon.output);
  });
  const read = (name: string) => client.json<Pod>('GET', `${PODS}/${name}`);
  try {
    await client.text('POST', PODS, prioritized('urgent', '5', 'high'));
    // the finalizer holds the victim, so that it can be seen on its way out
    const leaving = await until('the victim is deleted', TIMEOUT_SECONDS, async () => {
      coset.daemon.check();
      const found = await read('victim');
      return found.metadata?.deletionTimestamp === undefined ? undefined : found;
    });
    const target = leaving.status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
    expect(target).toMatchObject({
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: 'default-scheduler: preempting to accommodate a higher priority pod',
    });
    const waiting = await until('the node is nominated', TIMEOUT_SECONDS, async () => {
      const found = await read('urgent');
      return found.status?.nominatedNodeName === undefined ? undefined : found;
    });
    expect(waiting.status?.nominatedNodeName).toBe('node-00002');
    expect(waiting.spec?.nodeName).toBeUndefined();

    // nothing but the room that is being freed would be large enough for this one
    await client.text('POST', PODS, prioritized('lesser', '4', 'middle'));
    await until('the lesser pod is refused', TIMEOUT_SECONDS, async () => {
      const { status } = await read('lesser');
      return status?.conditions?.some(({ reason }) => reason === 'Unschedulable') ? true : undefined;
    });
    leaving.metadata!.finalizers = [];
    await client.text('PUT', `${PODS}/victim`, leaving);

    const placed = await until('the pod is bound', TIMEOUT_SECONDS, async () => {
      coset.daemon.check();
      const found = await read('urgent');
      return found.spec?.nodeName === undefined ? undefined : found;
    });
    expect(placed.spec?.nodeName).toBe('node-00002');
    const events = await until('the events are written', TIMEOUT_SECONDS, async () => {
      const { items } = await client.json<{ items: Event[] }>('GET', '/api/v1/namespaces/default/events');
      return items.some(({ reason }) => reason === 'Preempted') ? items : undefined;
    });
    const messages = (name: string, reason: string) =>
      events
        .filter((event) => event.involvedObject.name === name && event.reason === reason)
        .map(({ message }) => message);
    expect(messages('victim', 'Preempted')).toEqual([
      `Preempted by pod ${placed.metadata?.uid} on node node-00002`,
    ]);
    expect(messages('urgent', 'FailedScheduling')[0]).toBe(
      '0/4 nodes are available: 4 Insufficient cpu. preemption: found a potential placement for pod on node ' +
        'node-00002, preempting 1 victims',
    );
    for (const name of ['kept', 'middling', 'spared', 'peer']) {
      const { metadata } = await read(name);
      expect([name, metadata?.deletionTimestamp]).toEqual([name, undefined]);
    }
    expect(await coset.stop()).toBe(0);
  } finally {
    await coset.stop();
  }
});
