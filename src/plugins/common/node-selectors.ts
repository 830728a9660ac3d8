// Node selectors: terms over a node's labels and its name, as conditions on coded columns, or matched on a node itself.
import { isLabelKey, isLabelValue } from '../../model/selector-checks.ts';
import type { Node, NodeSelectorRequirement, NodeSelectorTerm, Pod } from '../../model/types.ts';
import type { NodeColumns } from '../../state/columns/node-columns.ts';
import type { ProgramBuilder } from '../../kernel/program/builder.ts';
import type { Condition } from '../../kernel/program/parts.ts';

const NODE_NAME_FIELD = 'metadata.name';
const LABEL_OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'];

/** Whether the term can be understood; the reference lets one that cannot match nothing. */
export function isValidTerm(term: NodeSelectorTerm): boolean {
  return (
    (term.matchExpressions ?? []).every(isValidExpression) &&
    (term.matchFields ?? []).every(
      ({ operator, values }) => (operator === 'In' || operator === 'NotIn') && values?.length === 1,
    )
  );
}

function isValidExpression({ key, operator, values }: NodeSelectorRequirement): boolean {
  if (!LABEL_OPERATORS.includes(operator) || !isLabelKey(key)) return false;
  if (values !== undefined && !values.every(isLabelValue)) return false;
  const count = values?.length ?? 0;
  if (operator === 'In' || operator === 'NotIn') return count > 0;
  if (operator === 'Exists' || operator === 'DoesNotExist') return count === 0;
  return count === 1 && parseInteger(values![0]!) !== undefined;
}

export function isEmptyTerm(term: NodeSelectorTerm): boolean {
  return (term.matchExpressions ?? []).length === 0 && (term.matchFields ?? []).length === 0;
}

/** An int64 in decimal, as strconv.ParseInt reads it. */
function parseInteger(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

function valueMatches({ operator, values }: NodeSelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values!.includes(value);
    case 'NotIn':
      return value === undefined || !values!.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default: {
      const number = value === undefined ? undefined : parseInteger(value);
      const bound = parseInteger(values![0]!)!;
      return number !== undefined && (operator === 'Gt' ? number > bound : number < bound);
    }
  }
}

/** Whether each code of a label passes: `values` are the texts of the codes. */
function passesOf(
  requirement: NodeSelectorRequirement,
  codes: ReadonlyMap<string, number>,
  values: readonly string[],
): boolean[] {
  const { operator, values: listed } = requirement;
  if (operator !== 'In' && operator !== 'NotIn')
    return values.map((text, code) => valueMatches(requirement, code === 0 ? undefined : text));
  const passes = values.map(() => operator === 'NotIn');
  for (const text of listed!) {
    const code = codes.get(text);
    if (code !== undefined) passes[code] = operator === 'In';
  }
  return passes;
}

/** The conditions of a valid term, all of which must hold: one will do where it holds on no node. */
export function conditionsOf(
  term: NodeSelectorTerm,
  nodes: NodeColumns,
  builder: ProgramBuilder,
): Condition[] {
  const conditions: Condition[] = [];
  for (const requirement of term.matchExpressions ?? []) {
    const { column, codes, values } = nodes.label(requirement.key);
    const [value] = requirement.values ?? [];
    if (requirement.operator === 'In' && requirement.values!.length === 1) {
      const condition = builder.equals(column, codes.get(value!));
      if (!codes.has(value!)) return [condition];
      conditions.push(condition);
    } else if (requirement.operator === 'Exists') {
      conditions.push(builder.differs(column, 0));
    } else if (requirement.operator === 'DoesNotExist') {
      conditions.push(builder.equals(column, 0));
    } else if (requirement.operator === 'NotIn' && requirement.values!.length === 1) {
      conditions.push(builder.differs(column, codes.get(value!)));
    } else {
      conditions.push(builder.table(column, passesOf(requirement, codes, values)));
    }
  }
  for (const { key, operator, values } of term.matchFields ?? []) {
    const wanted = key === NODE_NAME_FIELD ? nodes.name.codes.get(values![0]!) : undefined;
    const { column } = nodes.name;
    conditions.push(operator === 'In' ? builder.equals(column, wanted) : builder.differs(column, wanted));
  }
  return conditions;
}

/** Whether a node matches a valid term. */
export function termMatches(term: NodeSelectorTerm, node: Node): boolean {
  const labels = node.metadata?.labels ?? {};
  return (
    (term.matchExpressions ?? []).every((requirement) =>
      valueMatches(requirement, labels[requirement.key]),
    ) &&
    (term.matchFields ?? []).every((requirement) =>
      valueMatches(requirement, requirement.key === NODE_NAME_FIELD ? node.metadata?.name : undefined),
    )
  );
}

/** By specs, which pods of a template share: events ask again and again. */
const requiredTerms = new WeakMap<object, NodeSelectorTerm[] | null>();

/** What a pod's nodeSelector and required node affinity ask for: each alternative holds all that nodeSelector asks. */
export function requiredTermsOf({ spec }: Pod): NodeSelectorTerm[] | undefined {
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (spec === undefined || (spec.nodeSelector === undefined && !required)) return undefined;
  let terms = requiredTerms.get(spec);
  if (terms === undefined) requiredTerms.set(spec, (terms = findRequiredTerms(spec)));
  return terms ?? undefined;
}

function findRequiredTerms({ affinity, nodeSelector }: NonNullable<Pod['spec']>): NodeSelectorTerm[] | null {
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const selector = Object.entries(nodeSelector ?? {}).map(([key, value]): NodeSelectorRequirement => ({
    key,
    operator: 'In',
    values: [value],
  }));
  if (!required) return selector.length === 0 ? null : [{ matchExpressions: selector }];
  return required.nodeSelectorTerms
    .filter((term) => !isEmptyTerm(term) && isValidTerm(term))
    .map((term) => ({ ...term, matchExpressions: [...selector, ...(term.matchExpressions ?? [])] }));
}

/** Whether the pod's nodeSelector and required node affinity allow the node. */
export function allowsNode(pod: Pod, node: Node): boolean {
  return requiredTermsOf(pod)?.some((term) => termMatches(term, node)) ?? true;
}

/** The names that the required node affinity limits the pod to by matchFields; undefined when it does not. */
export function namedNodesOf(pod: Pod): Set<string> | undefined {
  const terms =
    pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms === undefined || terms.length === 0) return undefined;
  const names = new Set<string>();
  for (const term of terms) {
    let ofTerm: Set<string> | undefined;
    for (const { key, operator, values } of term.matchFields ?? []) {
      if (key !== NODE_NAME_FIELD || operator !== 'In') continue;
      const listed = new Set(values ?? []);
      ofTerm = ofTerm === undefined ? listed : new Set([...ofTerm].filter((name) => listed.has(name)));
    }
    if (ofTerm === undefined) return undefined;
    for (const name of ofTerm) names.add(name);
  }
  return names;
}
