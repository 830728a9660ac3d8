// The fields of the objects that a scheduler reads, and their types. Whatever else an object holds is passed over.
import { parseQuantity, QuantityError } from '../api/quantity.ts';
import { labelSelector, nodeAffinity } from '../api/selector-checks.ts';
import {
  anything,
  bool,
  having,
  int32,
  integer,
  list,
  map,
  number,
  oneOf,
  shown,
  text,
  type Shape,
} from '../api/shape.ts';

const quantity: Shape = (value, path, problems) => {
  if (typeof value !== 'string' && typeof value !== 'number') {
    problems.add(path, `${shown(value)} is not a quantity`);
    return;
  }
  try {
    if (parseQuantity(value) < 0n) problems.add(path, `must not be negative, not ${shown(value)}`);
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    problems.add(path, error.message);
  }
};

const resources = map(quantity);
const requirements = having({ requests: resources, limits: resources });

const metadata = having({
  name: text,
  namespace: text,
  uid: text,
  labels: map(text),
  creationTimestamp: text,
  deletionTimestamp: text,
  ownerReferences: list(having({ apiVersion: text, kind: text, name: text, uid: text, controller: bool })),
});

const effect = oneOf('NoSchedule', 'PreferNoSchedule', 'NoExecute');

const volumeMounts = list(having({ bindMountOptions: list(text) }));

const container = having({
  name: text,
  image: text,
  restartPolicy: text,
  restartPolicyRules: list(having({ action: text })),
  volumeMounts,
  resources: requirements,
  ports: list(
    having({
      containerPort: integer(0, 65535),
      hostPort: integer(0, 65535),
      hostIP: text,
      protocol: oneOf('TCP', 'UDP', 'SCTP'),
    }),
  ),
});

const podAffinityTerm = having({
  labelSelector,
  namespaceSelector: labelSelector,
  namespaces: list(text),
  topologyKey: text,
  matchLabelKeys: list(text),
  mismatchLabelKeys: list(text),
});

const podAffinity = having({
  requiredDuringSchedulingIgnoredDuringExecution: list(podAffinityTerm),
  preferredDuringSchedulingIgnoredDuringExecution: list(having({ weight: int32, podAffinityTerm })),
});

const policy = oneOf('Honor', 'Ignore');

const containerStatuses = list(
  having({ name: text, allocatedResources: resources, resources: requirements }),
);

export const podShape = having({
  metadata,
  spec: having({
    nodeName: text,
    schedulerName: text,
    priority: int32,
    hostNetwork: bool,
    hostUsers: bool,
    preemptionPolicy: oneOf('PreemptLowerPriority', 'Never'),
    schedulingGates: list(having({ name: text })),
    nodeSelector: map(text),
    affinity: having({ nodeAffinity: nodeAffinity(false), podAffinity, podAntiAffinity: podAffinity }),
    tolerations: list(
      having({
        key: text,
        // without their feature gate, Lt and Gt tolerate nothing
        operator: oneOf('Exists', 'Equal', 'Lt', 'Gt', ''),
        value: text,
        effect: oneOf('NoSchedule', 'PreferNoSchedule', 'NoExecute', ''),
      }),
    ),
    topologySpreadConstraints: list(
      having({
        maxSkew: integer(1, 2 ** 31 - 1),
        topologyKey: text,
        whenUnsatisfiable: oneOf('DoNotSchedule', 'ScheduleAnyway'),
        labelSelector,
        minDomains: integer(1, 2 ** 31 - 1),
        nodeAffinityPolicy: policy,
        nodeTaintsPolicy: policy,
        matchLabelKeys: list(text),
      }),
    ),
    initContainers: list(container),
    containers: list(container),
    ephemeralContainers: list(having({ volumeMounts })),
    overhead: resources,
    resources: requirements,
    volumes: list(having({ name: text })),
  }),
  status: having({
    phase: text,
    nominatedNodeName: text,
    startTime: text,
    conditions: list(having({ type: text, status: text, reason: text })),
    allocatedResources: resources,
    resources: requirements,
    containerStatuses,
    initContainerStatuses: containerStatuses,
  }),
});

export const nodeShape = having({
  metadata,
  spec: having({ unschedulable: bool, taints: list(having({ key: text, value: text, effect })) }),
  status: having({
    capacity: resources,
    allocatable: resources,
    images: list(having({ names: list(text), sizeBytes: number })),
    declaredFeatures: list(text),
  }),
});

const specWithSelector = (selector: Shape) => having({ metadata, spec: having({ selector }) });

/** The shape of an object of any other kind. */
export function objectShape(kind: string): Shape {
  switch (kind) {
    case 'Service':
    case 'ReplicationController':
      return specWithSelector(map(text));
    case 'ReplicaSet':
    case 'StatefulSet':
      return specWithSelector(labelSelector);
    default:
      return having({ metadata });
  }
}

/** A scenario file; its objects are checked one by one. */
export const scenarioShape = having({
  name: text,
  configuration: anything,
  nodes: list(anything),
  pods: list(anything),
  objects: list(anything),
  pending: list(anything),
});
