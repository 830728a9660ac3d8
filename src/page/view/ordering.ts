// Rows in an order, and those that hold a text.

/** A number or a text by which rows are ordered. */
export type SortKey = (row: number) => number | string;

export interface Ordering {
  key: SortKey;
  descending: boolean;
}

/** The rows that pass, ordered; equal ones stay as they were. */
export function orderedRows(
  count: number,
  passes: ((row: number) => boolean) | undefined,
  ordering: Ordering | undefined,
): Uint32Array {
  let rows = Uint32Array.from({ length: count }, (_, row) => row);
  if (passes !== undefined) rows = rows.filter(passes);
  if (ordering === undefined) return rows;
  const { key, descending } = ordering;
  const keys = new Map(Array.from(rows, (row) => [row, key(row)] as const));
  const sign = descending ? -1 : 1;
  return rows.sort((one, two) => sign * compared(keys.get(one)!, keys.get(two)!) || one - two);
}

/** Names compare as people number them: node-9 before node-10. */
const NATURAL = new Intl.Collator('en', { numeric: true });

function compared(one: number | string, two: number | string): number {
  return typeof one === 'string' || typeof two === 'string'
    ? NATURAL.compare(String(one), String(two))
    : one - two;
}

/** Whether one of the texts holds the query, whatever the case; every row passes an empty one. */
export function holding(
  query: string,
  textsOf: (row: number) => readonly string[],
): ((row: number) => boolean) | undefined {
  const wanted = query.trim().toLowerCase();
  return wanted === ''
    ? undefined
    : (row) => textsOf(row).some((text) => text.toLowerCase().includes(wanted));
}
