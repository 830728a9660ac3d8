// The rules for labels, node selectors and label selectors, which configuration and objects share.
import { exactly, having, int32, list, map, oneOf, shown, text, type Problems, type Shape } from './shape.ts';

interface Requirement {
  key?: string | null;
  operator?: string | null;
  values?: string[] | null;
}

const REQUIREMENT = { key: text, operator: text, values: list(text) };
const SET_OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];
const NODE_OPERATORS = [...SET_OPERATORS, 'Gt', 'Lt'];

const NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const INTEGER = /^[+-]?[0-9]+$/;

/** Whether a text is a label key: a name of at most 63 characters, with an optional DNS domain before a slash. */
export function isLabelKey(key: string): boolean {
  const slash = key.indexOf('/');
  const name = key.slice(slash + 1);
  const domain = key.slice(0, Math.max(slash, 0));
  if (slash >= 0 && (domain.length > 253 || !DNS_SUBDOMAIN.test(domain))) return false;
  return name.length <= 63 && NAME.test(name);
}

export function isLabelValue(value: string): boolean {
  return value === '' || (value.length <= 63 && NAME.test(value));
}

/** A node selector, as in required node affinity. */
function nodeSelector(strict: boolean): Shape {
  return fields(strict)({ nodeSelectorTerms: list(nodeSelectorTerm(strict)) });
}

/**
 * A node affinity. Strict refuses unknown fields and malformed labels, as a configuration must; objects of a
 * cluster may have them.
 */
export function nodeAffinity(strict: boolean): Shape {
  return fields(strict)({
    requiredDuringSchedulingIgnoredDuringExecution: nodeSelector(strict),
    preferredDuringSchedulingIgnoredDuringExecution: list(
      fields(strict)({ weight: int32, preference: nodeSelectorTerm(strict) }),
    ),
  });
}

/** A label selector, as in topology spread constraints, pod affinity terms and controllers. */
export const labelSelector: Shape = having({
  matchLabels: map(text),
  matchExpressions: list(checked(having(REQUIREMENT), checkLabelRequirement)),
});

function nodeSelectorTerm(strict: boolean): Shape {
  const requirement = fields(strict)(REQUIREMENT);
  // a term of a cluster's object whose texts are of no use matches nothing
  const checkTexts = strict ? checkTextsOf : () => {};
  return fields(strict)({
    matchExpressions: list(
      checked(requirement, (value, path, problems) => {
        checkNodeRequirement(value, path, problems);
        checkTexts(value, path, problems);
      }),
    ),
    matchFields: list(checked(requirement, checkFieldRequirement)),
  });
}

function checkNodeRequirement(requirement: Requirement, path: string, problems: Problems): void {
  const values = requirement.values ?? [];
  if (requirement.operator !== 'Gt' && requirement.operator !== 'Lt') {
    checkSetOperator(requirement, NODE_OPERATORS, path, problems);
  } else if (values.length !== 1) {
    problems.add(`${path}.values`, `must be one value for ${requirement.operator}, not ${shown(values)}`);
  }
}

function checkLabelRequirement(requirement: Requirement, path: string, problems: Problems): void {
  checkSetOperator(requirement, SET_OPERATORS, path, problems);
}

function checkSetOperator(requirement: Requirement, known: string[], path: string, problems: Problems): void {
  const { operator } = requirement;
  const values = requirement.values ?? [];
  oneOf(...known)(operator ?? '', `${path}.operator`, problems);
  if ((operator === 'In' || operator === 'NotIn') && values.length === 0) {
    problems.add(`${path}.values`, `must not be empty for ${operator}`);
  }
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
    problems.add(`${path}.values`, `must be empty for ${operator}, not ${shown(values)}`);
  }
}

function checkFieldRequirement(requirement: Requirement, path: string, problems: Problems): void {
  oneOf('In', 'NotIn')(requirement.operator ?? '', `${path}.operator`, problems);
  if (requirement.values?.length !== 1) {
    problems.add(`${path}.values`, `must be one value, not ${shown(requirement.values ?? [])}`);
  }
}

/** A number for Gt and Lt, and label keys and values as the API server takes them. */
function checkTextsOf(requirement: Requirement, path: string, problems: Problems): void {
  const { key: given, operator, values } = requirement;
  const key = given ?? '';
  const [value] = values ?? [];
  if ((operator === 'Gt' || operator === 'Lt') && value !== undefined && !isInt64(value)) {
    problems.add(`${path}.values[0]`, `must be an integer for ${operator}, not ${shown(value)}`);
  }
  if (!isLabelKey(key)) problems.add(`${path}.key`, `${shown(key)} is not a label key`);
  values?.forEach((text, i) => {
    if (!isLabelValue(text)) problems.add(`${path}.values[${i}]`, `${shown(text)} is not a label value`);
  });
}

function isInt64(value: string): boolean {
  return (
    INTEGER.test(value) &&
    BigInt.asIntN(64, BigInt(value.replace('+', ''))) === BigInt(value.replace('+', ''))
  );
}

function fields(strict: boolean): typeof exactly {
  return strict ? exactly : having;
}

/** A requirement's shape with a rule that is looked at only where the shape itself is right. */
function checked(shape: Shape, rule: (value: Requirement, path: string, problems: Problems) => void): Shape {
  return (value, path, problems) => {
    const before = problems.count;
    shape(value, path, problems);
    if (problems.count === before) rule(value as Requirement, path, problems);
  };
}
