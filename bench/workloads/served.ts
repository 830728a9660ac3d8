// Objects as an API server has them: with what it and the controllers add to what was asked for.
import type { ApiObject, Node, Pod } from '../../src/model/types.ts';

type Served = ApiObject & { spec?: unknown; status?: unknown };

const TIME = '2026-01-01T00:00:00Z';

/** The lines of a watch that says of each object that it was added. */
export function watchLines(objects: readonly ApiObject[]): Buffer {
  return Buffer.from(objects.map((object) => `${JSON.stringify({ type: 'ADDED', object })}\n`).join(''));
}

export function servedNode({ metadata, ...node }: Node, n: number): Served {
  return {
    kind: 'Node',
    apiVersion: 'v1',
    metadata: {
      ...metadata,
      uid: `uid-of-${metadata?.name}`,
      resourceVersion: String(n + 1),
      creationTimestamp: TIME,
    },
    ...node,
  };
}

export function servedPod(pod: Pod, n: number): Served {
  const { metadata, spec } = pod;
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      ...metadata,
      generateName: 'bench-7d4b9c6f5-',
      resourceVersion: String(n + 1),
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
      managedFields: managedFields(),
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

/** What the API server notes of who has written which field. */
function managedFields() {
  return [
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
  ];
}
