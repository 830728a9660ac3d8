// The hash by which pods of one template are told from those of another. Kubernetes hashes how Go prints the template;
// this one hashes its JSON: as stable, of the same form, but another value.
import { isObject } from '../model/shape.ts';
import type { PodTemplateSpec } from '../model/types.ts';

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
/** What apimachinery's rand.SafeEncodeString writes for a byte, by its remainder. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

export function templateHash(template: PodTemplateSpec): string {
  let hash = FNV_OFFSET;
  for (const byte of new TextEncoder().encode(JSON.stringify(template, inOrder))) {
    hash = Math.imul(hash ^ byte, FNV_PRIME) >>> 0;
  }
  return String(hash).replaceAll(/\d/g, (digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]!);
}

/** Fields in one order, and none of what Go prints alike whether it is empty or not there. */
function inOrder(_key: string, value: unknown): unknown {
  if (!isObject(value)) return value;
  const fields = Object.entries(value).filter(
    ([name, field]) => !(name === 'resources' && isObject(field) && Object.keys(field).length === 0),
  );
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
}
