// Rules for pods and for the templates of pods.
import { parseQuantity } from '../../../model/quantity.ts';
import type { Container, Pod } from '../../../model/types.ts';
import type { ContainerPort, ResourceRequirements } from '../../../../build/kubernetes.js';
import type { FieldErrors } from './field-errors.ts';
import { DNS_LABEL_RULE, isDnsLabel } from './names.ts';

type PodSpec = NonNullable<Pod['spec']>;

const PORT_MAX = 65_535;

export function checkPodSpec(spec: PodSpec, field: string, errors: FieldErrors): void {
  if (spec.containers.length === 0) errors.required(`${field}.containers`);
  const volumes = new Set<string>();
  spec.volumes?.forEach(({ name }, i) => {
    if (volumes.has(name)) errors.duplicate(`${field}.volumes[${i}].name`, name);
    if (!isDnsLabel(name)) errors.invalid(`${field}.volumes[${i}].name`, name, DNS_LABEL_RULE);
    volumes.add(name);
  });
  const names = new Set<string>();
  for (const list of ['initContainers', 'containers'] as const) {
    spec[list]?.forEach((container, i) => {
      const at = `${field}.${list}[${i}]`;
      if (names.has(container.name)) errors.duplicate(`${at}.name`, container.name);
      names.add(container.name);
      container.volumeMounts?.forEach(({ name }, n) => {
        if (!volumes.has(name)) errors.notFound(`${at}.volumeMounts[${n}].name`, name);
      });
    });
  }
  const { terminationGracePeriodSeconds, activeDeadlineSeconds } = spec;
  if ((terminationGracePeriodSeconds ?? 0) < 0) {
    errors.invalid(
      `${field}.terminationGracePeriodSeconds`,
      terminationGracePeriodSeconds,
      'must be greater than or equal to 0',
    );
  }
  if (activeDeadlineSeconds !== undefined && activeDeadlineSeconds < 1) {
    errors.invalid(`${field}.activeDeadlineSeconds`, activeDeadlineSeconds, 'must be greater than 0');
  }
}

export function checkContainer({ name, image }: Container, field: string, errors: FieldErrors): void {
  if (name && !isDnsLabel(name)) errors.invalid(`${field}.name`, name, DNS_LABEL_RULE);
  if (!image) errors.required(`${field}.image`);
}

export function checkContainerPort(
  { containerPort, hostPort }: ContainerPort,
  field: string,
  errors: FieldErrors,
): void {
  if (!isPort(containerPort)) {
    errors.invalid(`${field}.containerPort`, containerPort, 'must be between 1 and 65535, inclusive');
  }
  if (hostPort && !isPort(hostPort)) {
    errors.invalid(`${field}.hostPort`, hostPort, 'must be between 1 and 65535, inclusive');
  }
}

export function isPort(value: unknown): boolean {
  return typeof value === 'number' && value >= 1 && value <= PORT_MAX;
}

export function checkRequirements(
  { requests, limits }: ResourceRequirements,
  field: string,
  errors: FieldErrors,
): void {
  checkAmounts(requests, `${field}.requests`, errors);
  checkAmounts(limits, `${field}.limits`, errors);
  for (const [name, limit] of Object.entries(limits ?? {})) {
    const request = requests?.[name];
    if (request !== undefined && parseQuantity(request) > parseQuantity(limit)) {
      errors.invalid(`${field}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`);
    }
  }
}

/** Amounts of resources, which are never negative. */
export function checkAmounts(
  amounts: Record<string, string> | undefined,
  field: string,
  errors: FieldErrors,
): void {
  for (const [name, amount] of Object.entries(amounts ?? {})) {
    if (parseQuantity(amount) < 0n) {
      errors.invalid(`${field}[${name}]`, amount, 'must be greater than or equal to 0');
    }
  }
}
