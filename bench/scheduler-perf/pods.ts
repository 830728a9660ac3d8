// createPods: pods of a template, each with a bound claim and volume of its own where the operation has templates of these.
import type { ApiObject, Pod } from '../../src/model/types.ts';
import type { Operation } from './cases.ts';
import { each, type Objects } from './objects.ts';
import { templateAt, type Template } from './templates.ts';

/** Where neither an operation nor its case names a template. */
const BASE: Template<Pod> = () => {
  const resources = { cpu: '100m', memory: '500Mi' };
  const container = { name: 'pause', image: 'registry.k8s.io/pause:3.10.1', ports: [{ containerPort: 80 }] };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: 'pod-' },
    spec: { containers: [{ ...container, resources: { requests: resources, limits: resources } }] },
  };
};

/** What is written of volumes and claims beside their names. */
interface Written extends ApiObject {
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
}

export async function createPods(
  objects: Objects,
  operation: Operation,
  namespace: string,
  count = operation.count!,
): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/pods`;
  await each(count, async (n) => {
    const pod = podOf(operation, n, count);
    if (operation.persistentVolumeClaimTemplatePath !== undefined) {
      const claimName = await boundClaim(objects, operation, namespace, n);
      pod.spec = { ...pod.spec!, volumes: [{ name: 'vol', persistentVolumeClaim: { claimName } }] };
    }
    await objects.createAt(path, pod);
  });
}

/** So many pods, one after another, have a label in common that no other has. */
function podOf(
  { podTemplatePath, templateParams, signatureBatchSize = 1 }: Operation,
  n: number,
  count: number,
): Pod {
  if (podTemplatePath === undefined) return BASE({});
  const pod = templateAt<Pod>(podTemplatePath)({ ...templateParams, Index: n, Count: count });
  const signature = `signature-label-${Math.floor(n / signatureBatchSize)}`;
  return { ...pod, metadata: { ...pod.metadata, labels: { ...pod.metadata?.labels, signature } } };
}

/** Creates a claim and its volume as if a controller had bound them. */
async function boundClaim(
  objects: Objects,
  operation: Operation,
  namespace: string,
  n: number,
): Promise<string> {
  const name = `pvc-${n}`;
  const volumeName = `${namespace}-vol-${n}`;
  const claim = templateAt<Written>(operation.persistentVolumeClaimTemplatePath!)({});
  const volume = templateAt<Written>(operation.persistentVolumeTemplatePath!)({});
  const { csi, awsElasticBlockStore } = volume.spec!;
  await createWithPhase(objects, `/api/v1/namespaces/${namespace}/persistentvolumeclaims`, {
    ...claim,
    metadata: { ...claim.metadata, name },
    spec: { ...claim.spec, volumeName },
  });
  await createWithPhase(objects, '/api/v1/persistentvolumes', {
    ...volume,
    metadata: { name: volumeName },
    spec: {
      ...volume.spec,
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name },
      ...(csi !== undefined && { csi: { ...csi, volumeHandle: volumeName } }),
      ...(awsElasticBlockStore !== undefined && {
        awsElasticBlockStore: { ...awsElasticBlockStore, volumeID: `vol-${n}` },
      }),
    },
  });
  return name;
}

/** What is created has no status yet. */
async function createWithPhase(objects: Objects, path: string, object: Written): Promise<void> {
  await objects.createAt(path, object);
  await objects.client.text('PUT', `${path}/${object.metadata!.name}/status`, {
    ...object,
    status: { phase: 'Bound' },
  });
}
