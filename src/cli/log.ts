// The log of coset run, on standard output, in the form that its reader wants.
import { dump } from 'js-yaml';
import { pino, type Logger } from 'pino';
import { colours } from './colours.ts';

export type LogForm = 'json' | 'table' | 'yaml';

interface LogRecord {
  level: string;
  time: string;
  msg?: string;
  [field: string]: unknown;
}

const FORMS: Readonly<Record<LogForm, (line: string) => string>> = {
  json: (line) => line,
  table: (line) => row(JSON.parse(line) as LogRecord),
  yaml: (line) => `---\n${dump(JSON.parse(line), { lineWidth: -1 })}`,
};

const LEVEL_COLUMN = 5;
const MESSAGE_COLUMN = 12;
const LEVEL_COLOURS: Readonly<Record<string, (text: string) => string>> = {
  warn: colours.yellow,
  error: colours.red,
  fatal: colours.red,
};

/** A log that prints one record at a time: a line of JSON, a line for people, or a document of YAML. */
export function logOf(form: LogForm): Logger {
  const print = FORMS[form];
  return pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    { write: (line: string) => void process.stdout.write(print(line)) },
  );
}

function row({ time, level, msg = '', ...fields }: LogRecord): string {
  const colour = LEVEL_COLOURS[level] ?? ((text) => text);
  const told = Object.entries(fields).map(([name, value]) => `${name}=${valueText(value)}`);
  const cells = [time, colour(level.padEnd(LEVEL_COLUMN)), msg.padEnd(MESSAGE_COLUMN), told.join(' ')];
  return `${cells.join('  ').trimEnd()}\n`;
}

/** A text as it is where that is clear, everything else as JSON. */
function valueText(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
