// The names that the API server makes of metadata.generateName.
const MAX_LENGTH = 63;
const SUFFIX_LENGTH = 5;
/** Without vowels and look-alikes, as in apimachinery's util/rand. */
const ALPHABET = '2456789bcdfghjklmnpqrstvwxz';

/** How many names there are to one base. */
export const GENERATED_NAMES = ALPHABET.length ** SUFFIX_LENGTH;

/** The name number `n` (0 to GENERATED_NAMES - 1) to a base, which is cut where it is too long. Names sort as their numbers do. */
export function generatedName(base: string, n: number): string {
  let suffix = '';
  for (let rest = n; suffix.length < SUFFIX_LENGTH; rest = Math.floor(rest / ALPHABET.length)) {
    suffix = ALPHABET[rest % ALPHABET.length]! + suffix;
  }
  return base.slice(0, MAX_LENGTH - SUFFIX_LENGTH) + suffix;
}
