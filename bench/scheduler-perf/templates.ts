// The objects that the templates make.
import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import type { ApiObject } from '../../src/model/types.ts';
import { GoTemplate, type Values } from './go-template.ts';

export type Template<T extends ApiObject = ApiObject> = (values: Values) => T;

const known = new Map<string, Template>();

/** A template of a file; each object that it makes is a new one. */
export function templateAt<T extends ApiObject>(path: string): Template<T> {
  let template = known.get(path);
  if (template === undefined) known.set(path, (template = read(path)));
  return template as Template<T>;
}

function read(path: string): Template {
  const text = readFileSync(path, 'utf8');
  if (text.includes('{{')) {
    const template = new GoTemplate(text);
    return (values) => load(template.expand(values)) as ApiObject;
  }
  const object = load(text) as ApiObject;
  return () => structuredClone(object);
}
