// The one place where a kernel is instantiated: versions and sizes are compared, errors get a name.
import { instantiateSync } from '@assemblyscript/loader';
import * as records from '../../build/records.js';
import { ABI_VERSION, ERROR_CAPACITY, ERROR_MAGIC, ERROR_POINTER, ERROR_ROW } from '../../assembly/layout.ts';
import { Arena, type LinearMemory } from '../state/columns/arena.ts';

/** What a build of the kernel exports: assembly/index.ts says what each does. */
export interface KernelExports {
  readonly memory: LinearMemory;
  abiVersion(): number;
  abiSizes(): number;
  hash(features: number, count: number): number;
  match(program: number): number;
  determine(program: number): number;
  assign(program: number, count: number, out: number): number;
  check(program: number, row: number): number;
  inspect(program: number): number;
}

/** A hash of the sizes of all records, in the order of their names, as the kernel has it. */
export const recordSizes = Object.entries(records)
  .sort(([one], [two]) => (one < two ? -1 : 1))
  .reduce((sizes, [, { size }]) => (Math.imul(sizes, 31) + size) | 0, 0);

/** A kernel call was given what cannot be right: a fault of the host, never of the input. */
export class KernelError extends Error {}

/** Whether the kernel itself failed: it refused a call, or trapped. */
export function isKernelFault(error: unknown): boolean {
  return error instanceof KernelError || error instanceof WebAssembly.RuntimeError;
}

const ERRORS: Readonly<Record<number, string>> = {
  [ERROR_MAGIC]: 'a record does not begin with its mark',
  [ERROR_CAPACITY]: 'the number of rows does not fit the columns',
  [ERROR_POINTER]: 'an address lies outside of the memory',
  [ERROR_ROW]: 'a row does not exist',
};

export class Kernel {
  readonly arena: Arena;
  readonly #exports: KernelExports;

  /** Takes a kernel's exports; throws when it was built from another layout than the host. */
  constructor(exports: KernelExports) {
    const version = exports.abiVersion();
    if (version !== ABI_VERSION || exports.abiSizes() !== recordSizes) {
      throw new KernelError(
        `the kernel speaks layout ${version} (sizes ${exports.abiSizes()}), the host ${ABI_VERSION} (${recordSizes}): build it again`,
      );
    }
    this.#exports = exports;
    this.arena = new Arena(exports.memory);
  }

  hash(features: number, count: number): void {
    checked('hash', this.#exports.hash(features, count));
  }

  match(program: number): void {
    checked('match', this.#exports.match(program));
  }

  /** Returns the number of feasible nodes. */
  determine(program: number): number {
    return checked('determine', this.#exports.determine(program));
  }

  /** Returns the number of feasible nodes, and leaves every row's code and total as they are now. */
  inspect(program: number): number {
    return checked('inspect', this.#exports.inspect(program));
  }

  /** Returns how many pods found a node. */
  assign(program: number, count: number, out: number): number {
    return checked('assign', this.#exports.assign(program, count, out));
  }

  /** Returns the row's code as things stand, which may be supposed for this question only. */
  check(program: number, row: number): number {
    return checked('check', this.#exports.check(program, row));
  }
}

function checked(call: string, result: number): number {
  if (result < 0) throw new KernelError(`kernel ${call}: ${ERRORS[result] ?? `error ${result}`}`);
  return result;
}

/** A module by the type that the host has for it; any object where its types know none. */
type CompiledModule = typeof globalThis extends {
  WebAssembly: { Module: abstract new (...args: never) => infer T };
}
  ? T
  : object;

/**
 * Instantiates a WebAssembly build of the kernel, with a memory of its own: its bytes, or the module of a host that compiles
 * it ahead, as those must that compile none at run time.
 * @throws KernelError when it was built from another layout than the host
 */
export function instantiateKernel(build: Uint8Array | CompiledModule): Kernel {
  const { exports } = instantiateSync(build, {});
  return new Kernel(exports as unknown as KernelExports);
}
