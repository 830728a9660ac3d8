import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Pod } from '../../src/model/types.ts';
import type { PodGroup } from '../../src/model/pod-group.ts';
import { startControlPlane, WITH_POD_GROUPS, type ControlPlane } from './control-plane.ts';
import { createNodes, listPods, node, pod, waitBound } from './fixtures.ts';
import { until } from './processes.ts';
import { configurationFile, startCoset } from './scheduler.ts';

const GROUPS = '/apis/scheduling.k8s.io/v1beta1/namespaces/default/podgroups';
const TIMEOUT_SECONDS = 60;
const room = 7;
const wanted = 8;

let controlPlane: ControlPlane;
beforeAll(async () => {
  controlPlane = await startControlPlane({ apiserverArgs: WITH_POD_GROUPS });
});
afterAll(() => controlPlane.stop());

/** A pod of the gang that fills a node. */
function member(number: number): Pod {
  const { spec, ...rest } = pod(number, { app: 'gang' });
  const [container] = spec!.containers;
  return {
    ...rest,
    spec: {
      ...spec,
      schedulingGroup: { podGroupName: 'gang' },
      containers: [{ ...container!, resources: { requests: { cpu: '8' } } }],
    },
  };
}

function scheduledOf({ status }: Pod) {
  return status?.conditions?.find(({ type }) => type === 'PodScheduled');
}

it('a gang of 8 with room for 7 places none, and all once there is room', async ({ onTestFailed }) => {
  const { client } = controlPlane;
  await createNodes(client, room);
  await client.text('POST', GROUPS, {
    apiVersion: 'scheduling.k8s.io/v1beta1',
    kind: 'PodGroup',
    metadata: { name: 'gang' },
    spec: { schedulingPolicy: { gang: { minCount: wanted } } },
  });
  const coset = startCoset(configurationFile(controlPlane));
  onTestFailed(() => {
    process.stderr.write(coset.daemon.output);
  });
  try {
    for (let number = 0; number < wanted; number++) {
      await client.text('POST', '/api/v1/namespaces/default/pods', member(number));
    }
    const short = `minCount (${wanted}) cannot be satisfied: ${room} scheduled, 0 remaining`;
    const waiting = await until('the gang is refused', TIMEOUT_SECONDS, async () => {
      coset.daemon.check();
      const pods = await listPods(client);
      return pods.filter((each) => scheduledOf(each)?.message === short).length === room ? pods : undefined;
    });
    expect(waiting.filter(({ spec }) => spec?.nodeName !== undefined)).toEqual([]);
    const condition = await until('the group is told', TIMEOUT_SECONDS, async () => {
      const { status } = await client.json<PodGroup>('GET', `${GROUPS}/gang`);
      return status?.conditions?.find(({ type }) => type === 'PodGroupInitiallyScheduled');
    });
    expect(condition).toMatchObject({ status: 'False', reason: 'Unschedulable', message: short });

    await client.text('POST', '/api/v1/nodes', node(room));
    const bound = await waitBound(client, TIMEOUT_SECONDS, () => coset.daemon.check());
    expect(new Set(bound.map(({ spec }) => spec?.nodeName)).size).toBe(wanted);
    await until('the group is told again', TIMEOUT_SECONDS, async () => {
      const { status } = await client.json<PodGroup>('GET', `${GROUPS}/gang`);
      return status?.conditions?.some(({ status: stands }) => stands === 'True') ? true : undefined;
    });
    expect(await coset.stop()).toBe(0);
  } finally {
    await coset.stop();
  }
});
