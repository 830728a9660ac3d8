// What makes two objects alike to a constraint, as a text.

/** A class keeps its text, and an object may be of a megabyte: those of more characters are told apart by their names. */
const LENGTH_MAX = 16_384;

/** Equal for equal values, whose fields are in the same order; undefined where it would be too long to be kept. */
export function alikeText(values: readonly unknown[]): string | undefined {
  const text = JSON.stringify(values);
  return text.length > LENGTH_MAX ? undefined : text;
}
