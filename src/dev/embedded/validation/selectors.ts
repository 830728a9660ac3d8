// Rules for selectors, affinity, tolerations and topology spread constraints.
import type {
  LabelSelector,
  NodeSelector,
  NodeSelectorRequirement,
  PodAffinityTerm,
  PreferredSchedulingTerm,
  Taint,
  Toleration,
  TopologySpreadConstraint,
  WeightedPodAffinityTerm,
} from '../../../model/types.ts';
import { isLabelKey } from '../../../model/selector-checks.ts';
import type { FieldErrors } from './field-errors.ts';
import { checkLabels } from './names.ts';

const SET_OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];
const NODE_OPERATORS = [...SET_OPERATORS, 'Gt', 'Lt'];
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const INTEGER = /^[+-]?\d+$/;
const WEIGHT_MAX = 100;

interface Requirement {
  key?: string;
  operator?: string;
  values?: string[];
}

function checkRequirement(
  { key = '', operator = '', values = [] }: Requirement,
  field: string,
  errors: FieldErrors,
  operators: readonly string[],
): void {
  if (!isLabelKey(key)) errors.invalid(`${field}.key`, key, 'is not a qualified name');
  if (!operators.includes(operator)) errors.notSupported(`${field}.operator`, operator, operators);
  if ((operator === 'In' || operator === 'NotIn') && values.length === 0) {
    errors.required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
  }
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
    errors.forbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  }
}

export function checkLabelSelector(selector: LabelSelector, field: string, errors: FieldErrors): void {
  checkLabels(selector.matchLabels, `${field}.matchLabels`, errors);
  selector.matchExpressions?.forEach((one, i) =>
    checkRequirement(one, `${field}.matchExpressions[${i}]`, errors, SET_OPERATORS),
  );
}

export function checkNodeRequirement(
  requirement: NodeSelectorRequirement,
  field: string,
  errors: FieldErrors,
): void {
  // A requirement on fields names metadata.name, which is no label's key but reads as one.
  checkRequirement(requirement, field, errors, NODE_OPERATORS);
  const { operator, values = [] } = requirement;
  if (operator !== 'Gt' && operator !== 'Lt') return;
  if (values.length !== 1 || !INTEGER.test(values[0]!)) {
    errors.invalid(`${field}.values`, values, 'must be a single integer for Gt and Lt');
  }
}

export function checkNodeSelector(selector: NodeSelector, field: string, errors: FieldErrors): void {
  if (selector.nodeSelectorTerms.length === 0) {
    errors.required(`${field}.nodeSelectorTerms`, 'must have at least one node selector term');
  }
}

export function checkWeight(
  { weight }: PreferredSchedulingTerm | WeightedPodAffinityTerm,
  field: string,
  errors: FieldErrors,
): void {
  if (weight < 1 || weight > WEIGHT_MAX) {
    errors.invalid(`${field}.weight`, weight, 'must be in the range 1-100');
  }
}

export function checkPodAffinityTerm(
  { topologyKey }: PodAffinityTerm,
  field: string,
  errors: FieldErrors,
): void {
  checkTopologyKey(topologyKey, field, errors);
}

export function checkSpreadConstraint(
  constraint: TopologySpreadConstraint,
  field: string,
  errors: FieldErrors,
): void {
  const { maxSkew, topologyKey, minDomains, whenUnsatisfiable } = constraint;
  if (maxSkew < 1) errors.invalid(`${field}.maxSkew`, maxSkew, 'must be greater than zero');
  checkTopologyKey(topologyKey, field, errors);
  if (minDomains !== undefined && minDomains < 1) {
    errors.invalid(`${field}.minDomains`, minDomains, 'must be greater than zero');
  }
  if (minDomains !== undefined && whenUnsatisfiable !== 'DoNotSchedule') {
    errors.invalid(`${field}.minDomains`, minDomains, 'may only be set with whenUnsatisfiable=DoNotSchedule');
  }
}

function checkTopologyKey(key: string | undefined, field: string, errors: FieldErrors): void {
  if (!key) errors.required(`${field}.topologyKey`, 'can not be empty');
  else if (!isLabelKey(key)) errors.invalid(`${field}.topologyKey`, key, 'is not a qualified name');
}

export function checkToleration(toleration: Toleration, field: string, errors: FieldErrors): void {
  const { key, operator = 'Equal', value, effect, tolerationSeconds } = toleration;
  if (operator !== 'Equal' && operator !== 'Exists') {
    errors.notSupported(`${field}.operator`, operator, ['Equal', 'Exists']);
  }
  if (key ? !isLabelKey(key) : operator !== 'Exists') {
    errors.invalid(`${field}.key`, key ?? '', 'must be a qualified name, or empty with the operator Exists');
  }
  if (operator === 'Exists' && value) {
    errors.invalid(`${field}.value`, value, "must be empty when `operator` is 'Exists'");
  }
  if (effect && !EFFECTS.includes(effect)) errors.notSupported(`${field}.effect`, effect, EFFECTS);
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    errors.invalid(`${field}.effect`, effect ?? '', "must be 'NoExecute' when `tolerationSeconds` is set");
  }
}

export function checkTaint({ key, effect }: Taint, field: string, errors: FieldErrors): void {
  if (key && !isLabelKey(key)) errors.invalid(`${field}.key`, key, 'is not a qualified name');
  if (effect && !EFFECTS.includes(effect)) errors.notSupported(`${field}.effect`, effect, EFFECTS);
}
