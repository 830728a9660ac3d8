// Checks an object field by field, by the rules of the types that it consists of.
import { childPath, isObject } from '../../../model/shape.ts';
import type { ApiObject } from '../../../model/types.ts';
import { invalid } from '../http/errors.ts';
import { schemas, schemaName, type Schema } from '../schema/schemas.ts';
import type { Resource } from '../schema/resources.ts';
import { kindOf } from '../store/store.ts';
import { FieldErrors } from './field-errors.ts';
import {
  checkBudget,
  checkClaim,
  checkController,
  checkJob,
  checkNodeStatus,
  checkPriorityClass,
  checkService,
  checkVolume,
} from './kinds.ts';
import { checkLabels, checkMetadata } from './names.ts';
import { checkContainer, checkContainerPort, checkPodSpec, checkRequirements } from './pods.ts';
import {
  checkLabelSelector,
  checkNodeRequirement,
  checkNodeSelector,
  checkPodAffinityTerm,
  checkSpreadConstraint,
  checkTaint,
  checkToleration,
  checkWeight,
} from './selectors.ts';

/** Adds what is wrong with a value of the type; `field` is its path. */
type Rule = (value: never, field: string, errors: FieldErrors) => void;

/** The rules of each type, which hold wherever it stands: a container in a pod, and in a Deployment's template. */
const RULES: Readonly<Record<string, Rule>> = {
  'apps.v1.DaemonSetSpec': checkController,
  'apps.v1.DeploymentSpec': checkController,
  'apps.v1.ReplicaSetSpec': checkController,
  'apps.v1.StatefulSetSpec': checkController,
  'batch.v1.JobSpec': checkJob,
  'core.v1.Container': checkContainer,
  'core.v1.ContainerPort': checkContainerPort,
  'core.v1.NodeSelector': checkNodeSelector,
  'core.v1.NodeSelectorRequirement': checkNodeRequirement,
  'core.v1.NodeStatus': checkNodeStatus,
  'core.v1.PersistentVolumeClaimSpec': checkClaim,
  'core.v1.PersistentVolumeSpec': checkVolume,
  'core.v1.PodAffinityTerm': checkPodAffinityTerm,
  'core.v1.PodSpec': checkPodSpec,
  'core.v1.PreferredSchedulingTerm': checkWeight,
  'core.v1.ResourceRequirements': checkRequirements,
  'core.v1.ServiceSpec': checkService,
  'core.v1.Taint': checkTaint,
  'core.v1.Toleration': checkToleration,
  'core.v1.TopologySpreadConstraint': checkSpreadConstraint,
  'core.v1.WeightedPodAffinityTerm': checkWeight,
  'meta.v1.LabelSelector': checkLabelSelector,
  'policy.v1.PodDisruptionBudgetSpec': checkBudget,
  'scheduling.v1.PriorityClass': checkPriorityClass,
};

/**
 * Throws ApiError 422 naming every field that is wrong. The object's types are right already; where a status is written,
 * the rest of the object is not given.
 */
export function validate(resource: Resource, object: ApiObject, part: 'main' | 'status' = 'main'): void {
  const errors = new FieldErrors();
  checkMetadata(resource, object.metadata ?? {}, errors);
  new Walk(errors, part).object(schemaName(resource), object as Record<string, unknown>, '');
  if (errors.list.length > 0) throw invalid(kindOf(resource), object.metadata?.name ?? '', errors.list);
}

const REFERENCE = '#/components/schemas/';

/** The part of a type's name that rules are kept by: `core.v1.Pod`. */
function shortName(name: string): string {
  return name.replace(/^io\.k8s\.(?:api|apimachinery\.pkg\.apis)\./, '');
}

class Walk {
  readonly #errors: FieldErrors;

  readonly #part: 'main' | 'status';

  constructor(errors: FieldErrors, part: 'main' | 'status') {
    this.#errors = errors;
    this.#part = part;
  }

  object(name: string, value: Record<string, unknown>, path: string): void {
    const schema = schemas().definitions[name]!;
    const before = this.#errors.list.length;
    // Statuses are written by parts of the cluster, which may leave out what the schema calls required.
    const isPartial = isStatus(path) || (path === '' && this.#part === 'status');
    if (!isPartial) this.#checkRequired(schema, value, path);
    const short = shortName(name);
    for (const [key, child] of Object.entries(value)) {
      const field = schema.properties?.[key];
      // The object's own metadata has rules of its own, and what managers own is written by this server.
      if (field === undefined || (path === '' && key === 'metadata')) continue;
      const at = childPath(path, key);
      if (key === 'labels' && isObject(child)) checkLabels(child as Record<string, string>, at, this.#errors);
      this.#value(field, child, at);
    }
    // A rule may rely on what the schema requires.
    if (this.#errors.list.length === before && Object.hasOwn(RULES, short)) {
      RULES[short]!(value as never, path, this.#errors);
    }
  }

  #value(field: Schema, value: unknown, path: string): void {
    const reference = field.$ref ?? field.allOf?.[0]?.$ref;
    if (reference !== undefined) {
      if (isObject(value)) this.object(reference.slice(REFERENCE.length), value, path);
    } else if (Array.isArray(value)) {
      value.forEach((item, i) => this.#value(field.items ?? {}, item, `${path}[${i}]`));
    } else if (isObject(value) && field.additionalProperties !== undefined) {
      for (const [key, child] of Object.entries(value)) {
        this.#value(field.additionalProperties, child, `${path}[${key}]`);
      }
    } else if (typeof value === 'string' && value !== '' && field.enum?.includes(value) === false) {
      if (!isStatus(path)) this.#errors.notSupported(path, value, field.enum);
    }
  }

  #checkRequired(schema: Schema, value: Record<string, unknown>, path: string): void {
    for (const name of schema.required ?? []) {
      const field = value[name];
      const isEmptyText = field === '' && schema.properties?.[name]?.type === 'string';
      if (field === undefined || isEmptyText) this.#errors.required(childPath(path, name));
    }
  }
}

function isStatus(path: string): boolean {
  return path === 'status' || path.startsWith('status.');
}
