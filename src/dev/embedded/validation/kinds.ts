// Rules for controllers of pods, claims and volumes, Services, and what else is created of kinds that scheduling reads.
import type {
  DeploymentSpec,
  JobSpec,
  NodeStatus,
  PersistentVolumeClaimSpec,
  PersistentVolumeSpec,
  PodDisruptionBudgetSpec,
  PodTemplateSpec,
  PriorityClass,
  ServiceSpec,
} from '../../../../build/kubernetes.js';
import type { LabelSelector } from '../../../model/types.ts';
import { matches, selectorOf } from '../../../model/labels.ts';
import type { FieldErrors } from './field-errors.ts';
import { checkAmounts, isPort } from './pods.ts';

const USER_PRIORITY_MAX = 1_000_000_000;

interface ControllerSpec {
  replicas?: number;
  selector?: LabelSelector;
  template: PodTemplateSpec;
}

/** A Deployment's, ReplicaSet's, StatefulSet's or DaemonSet's spec. */
export function checkController(spec: DeploymentSpec, field: string, errors: FieldErrors): void {
  const { replicas = 1, selector, template } = spec as ControllerSpec;
  if (replicas < 0) errors.invalid(`${field}.replicas`, replicas, 'must be greater than or equal to 0');
  const { matchLabels, matchExpressions } = selector ?? {};
  if (selector && !Object.keys(matchLabels ?? {}).length && !matchExpressions?.length) {
    errors.invalid(`${field}.selector`, selector, 'empty selector is invalid');
  } else if (selector && !matches(selectorOf(selector), template?.metadata?.labels)) {
    const labels = template?.metadata?.labels ?? {};
    errors.invalid(
      `${field}.template.metadata.labels`,
      labels,
      '`selector` does not match template `labels`',
    );
  }
  checkRestartPolicy(template, `${field}.template`, ['Always'], errors);
}

export function checkJob(spec: JobSpec, field: string, errors: FieldErrors): void {
  for (const name of ['parallelism', 'completions', 'backoffLimit'] as const) {
    const value = spec[name] ?? 0;
    if (value < 0) errors.invalid(`${field}.${name}`, value, 'must be greater than or equal to 0');
  }
  const policies = ['OnFailure', 'Never'];
  const { restartPolicy } = spec.template?.spec ?? {};
  if (spec.template?.spec && !restartPolicy) {
    errors.required(
      `${field}.template.spec.restartPolicy`,
      `supported values: ${policies.map((one) => `"${one}"`).join(', ')}`,
    );
  } else checkRestartPolicy(spec.template, `${field}.template`, policies, errors);
}

function checkRestartPolicy(
  template: PodTemplateSpec | undefined,
  field: string,
  supported: string[],
  errors: FieldErrors,
): void {
  const { restartPolicy } = template?.spec ?? {};
  if (restartPolicy && !supported.includes(restartPolicy)) {
    errors.notSupported(`${field}.spec.restartPolicy`, restartPolicy, supported);
  }
}

export function checkBudget(spec: PodDisruptionBudgetSpec, field: string, errors: FieldErrors): void {
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    errors.invalid(field, spec, 'minAvailable and maxUnavailable cannot be both set');
  }
}

export function checkClaim(spec: PersistentVolumeClaimSpec, field: string, errors: FieldErrors): void {
  if (!spec.accessModes?.length)
    errors.required(`${field}.accessModes`, 'at least 1 access mode is required');
  if (!spec.resources?.requests?.['storage']) errors.required(`${field}.resources[storage]`);
  checkAmounts(spec.resources?.requests, `${field}.resources.requests`, errors);
}

/** Fields of a volume's spec that are not the volume's source. */
const OF_EVERY_VOLUME = [
  ...['accessModes', 'capacity', 'claimRef', 'mountOptions', 'nodeAffinity', 'persistentVolumeReclaimPolicy'],
  ...['storageClassName', 'volumeAttributesClassName', 'volumeMode'],
];

export function checkVolume(spec: PersistentVolumeSpec, field: string, errors: FieldErrors): void {
  if (!spec.accessModes?.length) errors.required(`${field}.accessModes`);
  if (!spec.capacity?.['storage']) errors.required(`${field}.capacity[storage]`);
  checkAmounts(spec.capacity, `${field}.capacity`, errors);
  const sources = Object.keys(spec).filter((name) => !OF_EVERY_VOLUME.includes(name));
  if (sources.length === 0) errors.required(field, 'must specify a volume type');
  for (const name of sources.slice(1)) {
    errors.forbidden(`${field}.${name}`, 'may not specify more than 1 volume type');
  }
}

export function checkService(spec: ServiceSpec, field: string, errors: FieldErrors): void {
  if (spec.type === 'ExternalName') {
    if (!spec.externalName) errors.required(`${field}.externalName`);
  } else if (!spec.ports?.length && spec.clusterIP !== 'None') {
    errors.required(`${field}.ports`);
  }
  const names = new Set<string>();
  spec.ports?.forEach(({ port, name = '' }, i) => {
    const at = `${field}.ports[${i}]`;
    if (!isPort(port)) errors.invalid(`${at}.port`, port, 'must be between 1 and 65535, inclusive');
    if (name === '' && spec.ports!.length > 1) errors.required(`${at}.name`);
    else if (names.has(name)) errors.duplicate(`${at}.name`, name);
    names.add(name);
  });
}

export function checkPriorityClass(object: PriorityClass, _field: string, errors: FieldErrors): void {
  const { name = '' } = object.metadata ?? {};
  if (name.startsWith('system-')) return;
  if ((object.value ?? 0) > USER_PRIORITY_MAX) {
    errors.forbidden('value', `maximum allowed value of a user defined priority is ${USER_PRIORITY_MAX}`);
  }
}

export function checkNodeStatus(status: NodeStatus, field: string, errors: FieldErrors): void {
  checkAmounts(status.capacity, `${field}.capacity`, errors);
  checkAmounts(status.allocatable, `${field}.allocatable`, errors);
}
