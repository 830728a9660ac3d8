// Whether an object can be used: by its name, and by the shapes of its fields.
import { TEMPLATE } from '../model/mistaken.ts';
import { having, isObject, Problems, shown, text, type Shape } from '../model/shape.ts';
import { objectKey, type ApiObject } from '../model/types.ts';

/** What is told of one object that has many faults. */
const REASONS_MAX = 3;

const typed = having({ apiVersion: text, kind: text });

/** Why an object's type cannot be read; undefined when it can, or says nothing. */
export function typeFault(object: ApiObject): string | undefined {
  return shapeFault(object, typed);
}

/** Why an object cannot be called by its name; undefined when it can. */
export function nameFault({ metadata }: ApiObject): string | undefined {
  const name: unknown = isObject(metadata) ? metadata.name : undefined;
  if (name === undefined) return 'must be set';
  if (typeof name !== 'string' || name === '') return `must be a name, not ${shown(name)}`;
  return name.includes('{{') ? TEMPLATE : undefined;
}

/** What messages call an object that has a name. */
export function labelOf(object: ApiObject, kind: string): string {
  const { name, namespace } = object.metadata!;
  const isNamespaced = kind === 'Pod' || namespace !== undefined;
  // a namespace of another type is told of when the shape is checked
  const key = typeof namespace === 'object' ? name : objectKey(object);
  return `${kind.toLowerCase()} ${isNamespaced ? key : name}`;
}

/** What is wrong with an object's fields, the first of it; undefined when nothing is. */
export function shapeFault(object: ApiObject, shape: Shape): string | undefined {
  const reasons: string[] = [];
  shape(object, '', new Problems('', reasons));
  if (reasons.length === 0) return undefined;
  const rest = reasons.length - REASONS_MAX;
  const first = reasons.slice(0, REASONS_MAX).map((reason) => reason.replace(/^: /, ''));
  return [...first, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
}
