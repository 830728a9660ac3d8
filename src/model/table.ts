// Tables for people.

/** Rows as lines with aligned columns; the columns whose numbers are given are aligned to the right. */
export function* aligned(rows: string[][], right: number[]): Generator<string> {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]!.length), 0),
  );
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
    );
    yield `${cells.join('  ').trimEnd()}\n`;
  }
}

/** A number of things, as a sentence says it. */
export function plural(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
