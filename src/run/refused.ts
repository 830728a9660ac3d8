// Objects of the API server that cannot be used: each is told of and passed over, so that the others are taken.
import { dropNulls, Problems, shown } from '../model/shape.ts';
import { objectKey, type ApiObject } from '../model/types.ts';
import { nodeShape, objectShape, podShape } from '../scenario/shapes.ts';

/** Told of an object that was passed over; the message names it and, where it is known, the field. */
export type OnRefused<T> = (object: T, message: string) => void;

/**
 * Takes an object, or tells why it cannot be taken. One that others are decided by is looked at as a whole first: a field that
 * is only read later would fail the decisions of all pods. Of pods there are too many for that, and what is wrong with one is
 * the fault of its own decision.
 */
export function takeOrRefuse<T extends ApiObject>(
  kind: string,
  object: T,
  take: (object: T) => void,
  onRefused: OnRefused<T>,
): void {
  if (kind !== 'Pod') {
    dropNulls(object);
    const fault = faultOf(kind, object);
    if (fault !== undefined) {
      onRefused(object, fault);
      return;
    }
  }
  try {
    take(object);
  } catch (error) {
    onRefused(object, faultOf(kind, object) ?? (error as Error).message);
  }
}

/** "pod ns/name", "node name". */
export function labelOf(kind: string, object: ApiObject): string {
  const { name = '', namespace = '' } = object.metadata ?? {};
  const isNamed = typeof name === 'string' && typeof namespace === 'string';
  if (!isNamed) return `${kind.toLowerCase()} whose name is ${shown(name)} in ${shown(namespace)}`;
  return `${kind.toLowerCase()} ${kind === 'Node' ? name : objectKey(object)}`;
}

/** What is wrong with the fields of an object; the code that reads them only knows the value. */
function faultOf(kind: string, object: ApiObject): string | undefined {
  const problems = new Problems(labelOf(kind, object));
  const shape = kind === 'Node' ? nodeShape : kind === 'Pod' ? podShape : objectShape(kind);
  shape(object, '', problems);
  return problems.count > 0 ? problems.toString() : undefined;
}
