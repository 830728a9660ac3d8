// Pod templates inside objects of kinds that coset does not know: operators' own resources.
import { isObject } from '../model/shape.ts';
import type { ApiObject } from '../model/types.ts';
import { groupOf } from './kinds.ts';

const DEPTH_MAX = 12;
const FOUND_MAX = 5;

/** What holds containers and makes no pods of them: copies of templates, and measurements. */
const NO_TEMPLATES = (object: ApiObject) =>
  object.kind === 'ControllerRevision' || groupOf(object.apiVersion ?? '') === 'metrics.k8s.io';

/** The paths of the pod specs in an object, the first few of them. */
export function podSpecsIn(object: ApiObject): string[] {
  const found: string[] = [];
  const { spec, template } = object as { spec?: unknown; template?: unknown };
  if (!NO_TEMPLATES(object)) {
    look(spec, 'spec', found, 0);
    look(template, 'template', found, 0);
  }
  return found;
}

function look(value: unknown, path: string, found: string[], depth: number): void {
  if (depth > DEPTH_MAX || found.length >= FOUND_MAX) return;
  if (Array.isArray(value)) value.forEach((item, i) => look(item, `${path}[${i}]`, found, depth + 1));
  if (!isObject(value)) return;
  if (Array.isArray(value.containers) && value.containers.some(isContainer)) {
    found.push(path);
    return;
  }
  for (const [key, held] of Object.entries(value)) look(held, `${path}.${key}`, found, depth + 1);
}

function isContainer(value: unknown): boolean {
  return isObject(value) && (typeof value.image === 'string' || isObject(value.resources));
}
