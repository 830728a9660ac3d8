// What a bench finds, and how it is printed.
import { cpus } from 'node:os';

export interface Figure {
  /** Its bench's name, and what it is: "plan/none/uniform/decisions". */
  name: string;
  value: number;
  unit: string;
  /** Half the distance between the quartiles of the repetitions, as a share of the value. */
  spread?: number;
  /** What the value must be at most, or at least. */
  asked?: { atMost: number } | { atLeast: number };
}

/** A bench. Its figures come one by one, since some of them take long. */
export interface Bench {
  /** "level/what": `--only` takes a level, a name, or any part of it up to a slash. */
  readonly name: string;
  /** In which sizes it runs without being asked for by its whole name; in both where nothing is said. */
  readonly sizes?: readonly Size[];
  /**
   * The file in bench/results that its figures are kept in, without ".jsonl"; its level's where nothing is said. A level of
   * such benches takes hours, and runs only when it is asked for.
   */
  readonly keptIn?: string;
  run(size: Size): Iterable<Figure> | AsyncIterable<Figure>;
}

/** full: what the project's figures are about. smoke: that every bench runs, in seconds. */
export type Size = 'full' | 'smoke';

/** One line of JSON. */
export function jsonLine({ name, value, unit }: Figure): string {
  return JSON.stringify({ name, value: Number(value.toPrecision(5)), unit });
}

/** A table for people, under a line that says on what it was measured. */
export function table(figures: readonly Figure[], size: Size): string {
  const rows = figures.map(({ name, value, unit, spread, asked }) => [
    name,
    shown(value),
    unit,
    spread === undefined ? '' : `±${(spread * 100).toFixed(0)} %`,
    asked === undefined ? '' : 'atMost' in asked ? `at most ${asked.atMost}` : `at least ${asked.atLeast}`,
  ]);
  const lines = [['figure', 'value', 'unit', 'spread', 'asked'], ...rows];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const text = lines.map((line) =>
    line
      .map((cell, column) => (column === 1 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
  return [`${size} size, Node ${process.versions.node}, ${machine()}`, '', ...text].join('\n');
}

/** The number and the model of the processors. */
export function machine(): string {
  const processors = cpus();
  return `${processors.length} x ${processors[0]?.model.trim() ?? 'unknown processor'}`;
}

function shown(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(value >= 10 ? 1 : 2);
}
