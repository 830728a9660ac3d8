/** A table with a header, its columns as wide as what is in them. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

const BEGIN = '<!-- written by `npm run bench -- report` -->';
const END = '<!-- the end of what it writes -->';

/** The text with something else between its markers. */
export function replaceBetweenMarkers(text: string, content: string): string {
  const { begin, end } = markers(text);
  return `${text.slice(0, begin)}\n\n${content}\n\n${text.slice(end)}`;
}

function markers(text: string): { begin: number; end: number } {
  const begin = text.indexOf(BEGIN) + BEGIN.length;
  const end = text.indexOf(END, begin);
  if (begin < BEGIN.length || end < 0) throw new Error(`${BEGIN} and ${END} do not both stand in the text`);
  return { begin, end };
}
