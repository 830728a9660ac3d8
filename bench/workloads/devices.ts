// The devices, and the claims for them, of workloads whose pods each have a claim from one template.
import type { ApiObject } from '../../src/model/types.ts';
import { nodeName } from './scenario.ts';
import { asking, NAMESPACE, type PodTemplate } from './templates.ts';
import type { Counts } from './workloads.ts';

const DRIVER = 'gpu.example.com';
/** As many as a machine for training commonly has. */
const DEVICES_A_NODE = 8;
const CLAIM = 'gpu';

export const podWithDevices: PodTemplate = (n) => ({
  spec: {
    ...asking('100m', '500Mi'),
    resourceClaims: [{ name: CLAIM, resourceClaimTemplateName: CLAIM }],
  },
  status: { resourceClaimStatuses: [{ name: CLAIM, resourceClaimName: claimName(n) }] },
});

/** Every node has devices of two models; every pod has a claim for two of the larger ones. */
export function devicesAndClaims({ nodes, pods }: Counts): ApiObject[] {
  const deviceClass = of('DeviceClass', DRIVER, {
    spec: { selectors: [{ cel: { expression: `device.driver == "${DRIVER}"` } }] },
  });
  return [
    deviceClass,
    ...Array.from({ length: nodes }, (_, row) => slice(nodeName(row))),
    ...Array.from({ length: pods }, (_, n) => claim(n)),
  ];
}

function of(kind: string, name: string, fields: object, metadata?: object): ApiObject {
  return { apiVersion: 'resource.k8s.io/v1', kind, metadata: { name, ...metadata }, ...fields };
}

function slice(node: string): ApiObject {
  const devices = Array.from({ length: DEVICES_A_NODE }, (_, n) => ({
    name: `gpu-${n}`,
    attributes: {
      model: { string: n % 2 === 0 ? 'small' : 'large' },
      numa: { int: n < DEVICES_A_NODE / 2 ? 0 : 1 },
    },
    capacity: { memory: { value: n % 2 === 0 ? '40Gi' : '80Gi' } },
  }));
  const pool = { name: node, generation: 1, resourceSliceCount: 1 };
  return of('ResourceSlice', `${node}-gpus`, { spec: { driver: DRIVER, pool, nodeName: node, devices } });
}

function claimName(n: number): string {
  return `pod-${n}-${CLAIM}-x`;
}

function claim(n: number): ApiObject {
  const expression = `device.attributes["${DRIVER}"].model == "large"`;
  const exactly = {
    deviceClassName: DRIVER,
    allocationMode: 'ExactCount',
    count: 2,
    selectors: [{ cel: { expression } }],
  };
  const owner = { apiVersion: 'v1', kind: 'Pod', name: `pod-${n}`, uid: `uid-of-pod-${n}`, controller: true };
  const metadata = { namespace: NAMESPACE, uid: `uid-of-${claimName(n)}`, ownerReferences: [owner] };
  return of(
    'ResourceClaim',
    claimName(n),
    { spec: { devices: { requests: [{ name: CLAIM, exactly }] } } },
    metadata,
  );
}
