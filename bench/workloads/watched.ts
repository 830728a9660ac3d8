// A pod as a watch brings it: with what an API server and the controllers add to what was asked for.
import type { Pod } from '../../src/api/types.ts';

const TIME = '2026-01-01T00:00:00Z';

/** The line of an ADDED event, without its newline. */
export function watchLine(pod: Pod, resourceVersion: number): string {
  return JSON.stringify({ type: 'ADDED', object: asServed(pod, resourceVersion) });
}

function asServed(pod: Pod, resourceVersion: number) {
  const { metadata, spec } = pod;
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      ...metadata,
      generateName: 'bench-7d4b9c6f5-',
      resourceVersion: String(resourceVersion),
      generation: 1,
      creationTimestamp: TIME,
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: 'bench-7d4b9c6f5',
          uid: '6c1f3a52-5a0b-4a4e-9d0e-2f7e0c9b1a10',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
      managedFields: [
        {
          manager: 'kube-controller-manager',
          operation: 'Update',
          apiVersion: 'v1',
          time: TIME,
          fieldsType: 'FieldsV1',
          fieldsV1: {
            'f:metadata': {
              'f:generateName': {},
              'f:labels': { '.': {}, 'f:color': {} },
              'f:ownerReferences': {},
            },
            'f:spec': {
              'f:containers': {
                'k:{"name":"pause"}': { '.': {}, 'f:image': {}, 'f:name': {}, 'f:resources': {} },
              },
              'f:dnsPolicy': {},
              'f:restartPolicy': {},
              'f:schedulerName': {},
            },
          },
        },
      ],
    },
    spec: {
      ...spec,
      volumes: [
        {
          name: 'kube-api-access-x2x9q',
          projected: {
            defaultMode: 420,
            sources: [
              { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
              { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
            ],
          },
        },
      ],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      serviceAccountName: 'default',
      securityContext: {},
      schedulerName: 'default-scheduler',
      tolerations: ['not-ready', 'unreachable'].map((condition) => ({
        key: `node.kubernetes.io/${condition}`,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      })),
      priority: 0,
      enableServiceLinks: true,
      preemptionPolicy: 'PreemptLowerPriority',
    },
    status: { phase: 'Pending', qosClass: 'Guaranteed' },
  };
}
