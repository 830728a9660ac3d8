// Amounts in odd words, sent to a real API server and to the embedded one: both keep the same texts, and refuse the same
// claims.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveEmbedded, type Embedded } from '../../src/dev/embedded/server.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { until } from './processes.ts';

const AMOUNTS = { cpu: '1000m', memory: '1024Mi', 'ephemeral-storage': '0.1Gi', 'example.com/gpu': '2.0' };
const FINE = { cpu: '1.0001234', memory: '1e9', 'hugepages-2Mi': '2048Ki' };
const container = { name: 'main', image: 'example/x:1' };
const template = (spec: object) => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [container], ...spec },
});
const named = (name: string, spec: object) => ({ ...template(spec), metadata: { name } });
const claim = (storage: unknown) => ({
  accessModes: ['ReadWriteOnce'],
  resources: { requests: { storage } },
});

/** The path below the API, and an object of each kind that holds amounts. */
const OBJECTS: [
  path: string,
  object: { kind: string; metadata: { name: string } } & Record<string, unknown>,
][] = [
  [
    '/api/v1/nodes',
    {
      kind: 'Node',
      metadata: { name: 'node' },
      status: {
        capacity: { ...AMOUNTS, cpu: '1.5' },
        allocatable: { cpu: 1, memory: '0.5Gi', pods: '0110' },
      },
    },
  ],
  ['/api/v1/nodes', { kind: 'Node', metadata: { name: 'half' }, status: { capacity: { cpu: '2000000u' } } }],
  [
    '/api/v1/namespaces/default/pods',
    {
      kind: 'Pod',
      ...named('pod', {
        containers: [
          { ...container, resources: { limits: AMOUNTS, requests: { cpu: 0.5, memory: '1000000000m' } } },
          { ...container, name: 'fine', resources: { limits: FINE } },
        ],
        volumes: [{ name: 'scratch', emptyDir: { sizeLimit: '2048Ki' } }],
      }),
    },
  ],
  [
    '/api/v1/namespaces/default/pods',
    {
      kind: 'Pod',
      ...named('whole', {
        resources: { limits: { cpu: '2000m', memory: '2048Mi' } },
        containers: ['one', 'two'].map((name) => ({
          ...container,
          name,
          resources: { requests: { cpu: '500m', memory: '512Mi' } },
        })),
      }),
    },
  ],
  [
    '/apis/apps/v1/namespaces/default/statefulsets',
    {
      kind: 'StatefulSet',
      metadata: { name: 'web' },
      spec: {
        serviceName: 'web',
        selector: { matchLabels: { app: 'web' } },
        template: template({
          containers: [
            {
              ...container,
              resources: { limits: { memory: '3072Ki' } },
              env: [
                {
                  name: 'CPU',
                  valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1000m' } },
                },
              ],
            },
          ],
        }),
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claim('2048Mi') }],
      },
    },
  ],
  [
    '/api/v1/namespaces/default/persistentvolumeclaims',
    { kind: 'PersistentVolumeClaim', metadata: { name: 'claim' }, spec: claim('1.5Gi') },
  ],
  [
    '/api/v1/persistentvolumes',
    {
      kind: 'PersistentVolume',
      metadata: { name: 'volume' },
      spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '10240Mi' }, hostPath: { path: '/x' } },
    },
  ],
  [
    '/api/v1/namespaces/default/limitranges',
    {
      kind: 'LimitRange',
      metadata: { name: 'range' },
      spec: {
        limits: [
          { type: 'Container', max: { cpu: '16000m' }, defaultRequest: { memory: '0.25Gi' } },
          { type: 'PersistentVolumeClaim', min: { storage: '1024Mi' }, max: { storage: '1.5Ti' } },
        ],
      },
    },
  ],
  [
    '/apis/node.k8s.io/v1/runtimeclasses',
    {
      kind: 'RuntimeClass',
      metadata: { name: 'thick' },
      handler: 'thick',
      overhead: { podFixed: { cpu: '0.25', memory: '131072Ki' } },
    },
  ],
  [
    '/apis/storage.k8s.io/v1/namespaces/default/csistoragecapacities',
    {
      kind: 'CSIStorageCapacity',
      metadata: { name: 'free' },
      storageClassName: 'disks',
      capacity: '102400Mi',
      maximumVolumeSize: '10000M',
    },
  ],
  [
    '/apis/resource.k8s.io/v1/resourceslices',
    {
      kind: 'ResourceSlice',
      metadata: { name: 'slice' },
      spec: {
        driver: 'gpu.example.com',
        nodeName: 'node',
        pool: { name: 'node', generation: 1, resourceSliceCount: 1 },
        devices: [{ name: 'gpu', capacity: { memory: { value: '81920Mi' } } }],
      },
    },
  ],
];

const REFUSED = ['1Mi', '0.5Gi', '2000Gi', '2e12'];

let controlPlane: ControlPlane;
let embedded: Embedded;

beforeAll(async () => {
  controlPlane = await startControlPlane();
  embedded = await serveEmbedded({ controllers: false });
});
afterAll(async () => {
  await embedded?.close();
  await controlPlane?.stop();
});

async function sentTo(path: string, object: unknown): Promise<{ real: any; ours: any }> {
  const real = await controlPlane.client
    .text('POST', path, object)
    .catch((error: unknown) => (error as Error).message.replace(/^.*?: \d+: /, ''));
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(object);
  const response = await fetch(embedded.url + path, { method: 'POST', headers, body });
  return { real: JSON.parse(real), ours: await response.json() };
}

/** What of an object stands where something stands in the one that was sent. */
function alike(stored: any, sent: unknown): unknown {
  if (Array.isArray(sent)) return sent.map((item, i) => alike(stored?.[i], item));
  if (typeof sent !== 'object' || sent === null) return stored as unknown;
  return Object.fromEntries(Object.entries(sent).map(([key, value]) => [key, alike(stored?.[key], value)]));
}

describe('a real API server and the embedded one', () => {
  it.each(OBJECTS.map(([path, object]) => [`${object.kind} ${object.metadata.name}`, path, object] as const))(
    'keep the same amounts of the %s',
    async (_title, path, object) => {
      const { real, ours } = await sentTo(path, object);
      expect(real.kind, JSON.stringify(real)).toBe(object.kind);
      expect(alike(ours, object), JSON.stringify(ours)).toEqual(alike(real, object));
      if (object.kind === 'Pod') {
        expect(ours.spec.resources).toEqual(real.spec.resources);
        const amounts = (pod: any) => pod.spec.containers.map(({ resources }: any) => resources);
        expect(amounts(ours)).toEqual(amounts(real));
      }
      if (object.kind === 'Node') expect(ours.status.allocatable).toEqual(real.status.allocatable);
      if (object.kind === 'LimitRange') expect(ours.spec).toEqual(real.spec);
    },
  );

  it('refuse the same claims, and say so in the same words', async () => {
    const path = '/api/v1/namespaces/default/persistentvolumeclaims';
    await until('admission knows the limits', 30, async () => {
      const probe = { metadata: { name: 'probe' }, spec: claim('1Mi') };
      const answer = controlPlane.client.text('POST', `${path}?dryRun=All`, probe);
      return (await answer.catch(() => undefined)) === undefined ? true : undefined;
    });
    for (const storage of REFUSED) {
      const { real, ours } = await sentTo(path, { metadata: { name: 'refused' }, spec: claim(storage) });
      expect(real).toMatchObject({ code: 403 });
      expect(ours.message).toBe(real.message);
    }
  });
});
