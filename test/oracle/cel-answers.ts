// Asks the reference again about the expressions of test/devices/cel-answers.jsonl, and writes what it says:
// node test/oracle/cel-answers.ts
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { oracle } from './oracle.ts';

interface Answer {
  value?: boolean;
  cost?: number;
  compileError?: string;
  runtimeError?: string;
}

const file = join(import.meta.dirname, '../devices/cel-answers.jsonl');
const [first, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
const place = JSON.parse(first!) as { driver: string; device: object };
const expressions = lines.map((line) => (JSON.parse(line) as { expression: string }).expression);
const input = expressions.map((expression) => JSON.stringify({ expression, ...place })).join('\n');
const answers = execFileSync(await oracle(), ['cel'], { input, encoding: 'utf8', maxBuffer: 2 ** 28 });
const answered = answers
  .trim()
  .split('\n')
  .map((line, n) => {
    const answer = JSON.parse(line) as Answer;
    // The cost of what failed says nothing about the decision.
    if (answer.value === undefined) delete answer.cost;
    return JSON.stringify({ expression: expressions[n]!, ...answer });
  });
writeFileSync(file, `${[first!, ...answered].join('\n')}\n`);
