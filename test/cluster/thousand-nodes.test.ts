import { afterAll, beforeAll, expect, it } from 'vitest';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { createNodes, createPods, createService, waitBound } from './fixtures.ts';
import { configurationFile, startCoset } from './scheduler.ts';

const nodes = 1000;
const pods = 2000;

let controlPlane: ControlPlane;
beforeAll(async () => {
  controlPlane = await startControlPlane();
});
afterAll(() => controlPlane.stop());

it('coset run binds 2,000 pods under a Service to 1,000 nodes, with the rights in deploy/', async ({
  onTestFailed,
}) => {
  const { client } = controlPlane;
  await createNodes(client, nodes);
  await createService(client, 'web', { app: 'web' });
  await createPods(client, pods, { app: 'web' });

  const coset = startCoset(configurationFile(controlPlane));
  onTestFailed(() => {
    process.stderr.write(coset.daemon.output);
  });
  try {
    const bound = await waitBound(client, 100, () => coset.daemon.check());
    expect(bound).toHaveLength(pods);
    const podsByNode = new Map<string, number>();
    for (const { spec } of bound) {
      const name = spec?.nodeName ?? '';
      podsByNode.set(name, (podsByNode.get(name) ?? 0) + 1);
    }
    // The nodes are alike, and default spreading and the emptiest node both ask for an even share.
    expect(podsByNode.size).toBe(nodes);
    expect(coset.daemon.running).toBe(true);
    expect(await coset.stop()).toBe(0);
  } finally {
    await coset.stop();
  }
});
