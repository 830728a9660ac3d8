// Linear memory without WebAssembly: as the kernels see it, little-endian, any alignment.
import type { LinearMemory } from '../../src/state/columns/arena.ts';

const PAGE_BYTES = 65_536;
const PAGES_MAX = 65_536;

export class ReferenceMemory implements LinearMemory {
  buffer = new ArrayBuffer(PAGE_BYTES);
  #view = new DataView(this.buffer);

  /** Adds zeroed pages. Returns how many there were; throws a RangeError when there is no room for more. */
  grow(pages: number): number {
    const before = this.buffer.byteLength / PAGE_BYTES;
    if (before + pages > PAGES_MAX) throw new RangeError(`no room for ${pages} pages more`);
    const grown = new ArrayBuffer((before + pages) * PAGE_BYTES);
    new Uint8Array(grown).set(new Uint8Array(this.buffer));
    // views of the old buffer must not work any longer, as those of a WebAssembly.Memory
    structuredClone(this.buffer, { transfer: [this.buffer] });
    this.buffer = grown;
    this.#view = new DataView(grown);
    return before;
  }

  /** Whether `bytes` bytes from `pointer` on are all in the memory. */
  holds(pointer: number, bytes: number): boolean {
    return pointer + bytes <= this.buffer.byteLength;
  }

  bytes(pointer: number, count: number): Uint8Array {
    return new Uint8Array(this.buffer, pointer, count);
  }

  u8(at: number): number {
    return this.#view.getUint8(at);
  }

  setU8(at: number, value: number): void {
    this.#view.setUint8(at, value);
  }

  u32(at: number): number {
    return this.#view.getUint32(at, true);
  }

  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  u64(at: number): bigint {
    return this.#view.getBigUint64(at, true);
  }

  setU64(at: number, value: bigint): void {
    this.#view.setBigUint64(at, value, true);
  }

  f64(at: number): number {
    return this.#view.getFloat64(at, true);
  }

  setF64(at: number, value: number): void {
    this.#view.setFloat64(at, value, true);
  }

  /** The entry of a row in a column of f64. */
  f64Of(column: number, row: number): number {
    return this.f64(column + 8 * row);
  }

  /** A whole number of a column of f64, as the reference scheduler holds it. */
  int64Of(column: number, row: number): bigint {
    return BigInt(this.f64Of(column, row));
  }

  /** The entry of a row in a column of u32. */
  u32Of(column: number, row: number): number {
    return this.u32(column + 4 * row);
  }
}
