// The fields of the objects that a scheduler reads, and their types. Whatever else an object holds is passed over.
import { parseQuantity, QuantityError } from '../model/quantity.ts';
import { labelSelector, nodeAffinity } from '../model/selector-checks.ts';
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
} from '../model/shape.ts';

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
  generateName: text,
  labels: map(text),
  creationTimestamp: text,
  deletionTimestamp: text,
  ownerReferences: list(having({ apiVersion: text, kind: text, name: text, uid: text, controller: bool })),
});

const templateMetadata = having({ labels: map(text), annotations: map(text), finalizers: list(text) });

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

const tolerations = list(
  having({
    key: text,
    // without their feature gate, Lt and Gt tolerate nothing
    operator: oneOf('Exists', 'Equal', 'Lt', 'Gt', ''),
    value: text,
    effect: oneOf('NoSchedule', 'PreferNoSchedule', 'NoExecute', ''),
    tolerationSeconds: number,
  }),
);

const claimSpec = having({ storageClassName: text, resources: requirements });

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
    tolerations,
    priorityClassName: text,
    runtimeClassName: text,
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
    volumes: list(
      having({
        name: text,
        persistentVolumeClaim: having({ claimName: text }),
        ephemeral: having({ volumeClaimTemplate: having({ metadata: having({}), spec: claimSpec }) }),
        rbd: having({ pool: text }),
      }),
    ),
    resourceClaims: list(having({ name: text, resourceClaimName: text, resourceClaimTemplateName: text })),
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

const count = integer(0, 2 ** 31 - 1);
/** Of a template only what is read before pods are made of it; these are checked like all pods. */
const template = having({ metadata: templateMetadata, spec: having({ tolerations, nodeName: text }) });

function workload(fields: Record<string, Shape>): Shape {
  return having({ metadata, spec: having({ replicas: count, template, ...fields }) });
}

const jobSpec = having({
  template,
  parallelism: count,
  completions: count,
  completionMode: text,
  suspend: bool,
  managedBy: text,
});

/** The shapes of the other kinds that are read. */
const SHAPES: Readonly<Record<string, Shape>> = {
  Service: having({ metadata, spec: having({ selector: map(text) }) }),
  ReplicationController: workload({ selector: map(text) }),
  ReplicaSet: workload({ selector: labelSelector }),
  Deployment: workload({ selector: labelSelector, paused: bool }),
  DaemonSet: workload({ selector: labelSelector }),
  StatefulSet: workload({
    selector: labelSelector,
    serviceName: text,
    ordinals: having({ start: count }),
    volumeClaimTemplates: list(having({ metadata, spec: claimSpec })),
  }),
  Job: having({ metadata, spec: jobSpec, status: having({ succeeded: count }) }),
  CronJob: having({
    metadata,
    spec: having({ suspend: bool, jobTemplate: having({ metadata: templateMetadata, spec: jobSpec }) }),
  }),
  LimitRange: having({
    metadata,
    spec: having({
      limits: list(
        having({
          type: text,
          ...Object.fromEntries(
            ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'].map((name) => [
              name,
              resources,
            ]),
          ),
        }),
      ),
    }),
  }),
  PriorityClass: having({
    metadata,
    value: int32,
    globalDefault: bool,
    preemptionPolicy: oneOf('PreemptLowerPriority', 'Never'),
  }),
  RuntimeClass: having({
    metadata,
    overhead: having({ podFixed: resources }),
    scheduling: having({ nodeSelector: map(text), tolerations }),
  }),
  PersistentVolumeClaim: having({ metadata, spec: claimSpec }),
  PersistentVolume: having({ metadata, spec: having({ capacity: resources, storageClassName: text }) }),
};

/** The shape of an object of any other kind. */
export function objectShape(kind: string): Shape {
  return (Object.hasOwn(SHAPES, kind) && SHAPES[kind]) || having({ metadata });
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
