// Label and field selectors of list and watch requests.
import type { ApiObject } from '../../../model/types.ts';
import { badRequest } from '../http/errors.ts';

export type Predicate = (object: ApiObject) => boolean;

/** The predicate of a query's labelSelector; undefined if it selects everything. Throws ApiError 400. */
export function labelPredicate(selector: string): Predicate | undefined {
  const tests = splitOutsideParentheses(selector).map(labelRequirement);
  if (tests.length === 0) return undefined;
  return (object) => {
    const labels: Record<string, string> = object.metadata?.labels ?? {};
    return tests.every((test) => test(labels));
  };
}

/**
 * The predicate of a query's fieldSelector over metadata.name, metadata.namespace and the given fields;
 * undefined if it selects everything. Throws ApiError 400.
 */
export function fieldPredicate(selector: string, fields: string[]): Predicate | undefined {
  const tests = splitOutsideParentheses(selector).map((term) => {
    const [, field, operator, value] = /^([\w.]+)(==|!=|=)(.*)$/.exec(term) ?? [];
    if (field === undefined) throw badRequest(`fieldSelector: cannot read "${term}"`);
    if (field !== 'metadata.name' && field !== 'metadata.namespace' && !fields.includes(field)) {
      throw badRequest(`fieldSelector: field label not supported: ${field}`);
    }
    const path = field.split('.');
    return (object: ApiObject) => (valueAt(object, path) === value) === (operator !== '!=');
  });
  if (tests.length === 0) return undefined;
  return (object) => tests.every((test) => test(object));
}

function splitOutsideParentheses(selector: string): string[] {
  return selector
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '');
}

function labelRequirement(term: string): (labels: Record<string, string>) => boolean {
  const set = /^(\S+)\s+(in|notin)\s+\((.*)\)$/.exec(term);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = new Set(list.split(',').map((value) => value.trim()));
    // A label that is absent is in no set.
    return (labels) => (labels[key] !== undefined && values.has(labels[key])) === (operator === 'in');
  }
  const equality = /^([^\s!=]+)\s*(==|!=|=)\s*(\S*)$/.exec(term);
  if (equality !== null) {
    const [, key = '', operator, value] = equality;
    return (labels) => (labels[key] === value) === (operator !== '!=');
  }
  const existence = /^(!?)\s*([^\s!=(),]+)$/.exec(term);
  if (existence === null) throw badRequest(`labelSelector: cannot read "${term}"`);
  const [, not, key = ''] = existence;
  return (labels) => (labels[key] !== undefined) === (not === '');
}

/** The field's value as a selector compares it: text, "" where it is not set. */
function valueAt(object: unknown, path: string[]): string {
  let value = object;
  for (const key of path) value = (value as Record<string, unknown> | undefined)?.[key];
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
