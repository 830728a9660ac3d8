// The hash by which pods of one template are told from those of another. Kubernetes hashes how Go prints the template;
// this one hashes its JSON: as stable, of the same form, but another value.
import type { PodTemplateSpec } from '../model/types.ts';

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
/** What apimachinery's rand.SafeEncodeString writes for a byte, by its remainder. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

export function templateHash(template: PodTemplateSpec): string {
  let hash = FNV_OFFSET;
  for (const byte of new TextEncoder().encode(JSON.stringify(template))) {
    hash = Math.imul(hash ^ byte, FNV_PRIME) >>> 0;
  }
  return String(hash).replaceAll(/\d/g, (digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]!);
}
