import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { instantiateSync } from '@assemblyscript/loader';
import asc from 'assemblyscript/asc';
import { describe, expect, it } from 'vitest';
import * as records from '../../build/records.js';
import { recordModule } from '../../scripts/records.mjs';

const folder = join(import.meta.dirname, '../../assembly');

/** Asks asc for values by their expressions, which may name the records. */
async function askAsc(expressions: readonly string[]): Promise<number[]> {
  const names = Object.keys(records).join();
  const functions = expressions.map((text, n) => `export function f${n}(): u32 { return ${text}; }`);
  const files: Record<string, string> = {
    'entry.ts': `import { ${names} } from './records';\n${functions.join('\n')}`,
  };
  let wasm = new Uint8Array();
  const { error } = await asc.main(['entry.ts', '--runtime', 'stub', '--outFile', 'out.wasm'], {
    readFile: (name) => {
      if (files[name] !== undefined) return files[name];
      return /^(records|columns)\.ts$/.test(name) ? readFileSync(join(folder, name), 'utf8') : null;
    },
    writeFile: (name, contents) => {
      if (name === 'out.wasm') wasm = contents as Uint8Array<ArrayBuffer>;
    },
    listFiles: () => [],
  });
  if (error) throw error;
  const { exports } = instantiateSync<Record<string, () => number>>(wasm, {});
  return expressions.map((_, n) => exports[`f${n}`]!());
}

describe('the records', () => {
  it('have the offsets and sizes for the host that they have for the kernel', async () => {
    const fields = Object.entries(records).flatMap(([name, { write: _, size, ...offsets }]) => [
      { text: `offsetof<${name}>()`, value: size },
      ...Object.entries(offsets).map(([field, value]) => ({ text: `offsetof<${name}>('${field}')`, value })),
    ]);
    expect(fields.length).toBeGreaterThan(100);
    expect(await askAsc(fields.map(({ text }) => text))).toEqual(fields.map(({ value }) => value));
  });

  it('are refused when the next one in a list would not be aligned', () => {
    const text = 'export class A {\n  one: f64;\n  two: u32;\n}\n';
    expect(() => recordModule(text)).toThrow('records of an uneven size: A');
  });

  it('are written where they are told, with what is the kernel’s own left 0', () => {
    const memory = { u32: new Uint32Array(8), f64: new Float64Array(4) };
    memory.f64.fill(7);
    records.Usage.write(memory, 16, { used: 5, amount: 2.5 });
    expect(memory.u32[4]).toBe(5);
    expect([...memory.f64]).toEqual([7, 7, expect.any(Number), 2.5]);
  });
});
