// The kernel's linear memory, handed out in blocks. The kernel never allocates and never grows the memory, so the views
// change only here.

/** What the arena needs of a WebAssembly.Memory. */
export interface LinearMemory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

/** A part of the memory that somebody has. */
export interface Block {
  bytes: number;
  free(): void;
}

/** There is not so much linear memory left. */
export class OutOfMemoryError extends Error {}

/** More linear memory was asked for at once than one pod may have, be it there or not. */
export class BlockLimitError extends Error {}

const PAGE_BYTES = 65_536;
const ALIGNMENT_BYTES = 16;
const MEBIBYTE = 2 ** 20;
/** The first page is the module's, for its constants; so a pointer of 0 can mean "absent". */
const FIRST_POINTER = PAGE_BYTES;
/** No block is larger: what a single pod asks for must leave room for the others. */
const BLOCK_LIMIT_BYTES = 256 * MEBIBYTE;
/** A smaller gap between blocks waits until its neighbours are free too. */
const GAP_LEAST_BYTES = 4096;

interface Gap {
  pointer: number;
  bytes: number;
}

export class Arena {
  u8!: Uint8Array;
  i32!: Int32Array;
  u32!: Uint32Array;
  f64!: Float64Array;
  /** Gives back blocks whose contents can be made anew; called when the memory cannot grow any further. */
  onShortage?: () => void;
  /** The memory does not grow beyond this. */
  bytesMost = 2 ** 32;
  readonly #memory: LinearMemory;
  /** Freed blocks by their size. */
  readonly #free = new Map<number, number[]>();
  /** What freed blocks that lie side by side have become, ascending. */
  #gaps: Gap[] = [];
  /** Smaller ones. */
  #crumbs: Gap[] = [];
  #next = FIRST_POINTER;
  /** What lies behind was never given out, and is 0. */
  #highest = FIRST_POINTER;
  #usedBytes = 0;

  constructor(memory: LinearMemory) {
    this.#memory = memory;
    this.#refreshViews();
  }

  /** Bytes in blocks that are in use. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /**
   * A block of at least `bytes`, aligned to 16, of which the first `zeroed` are 0. Give it back with the same `bytes`.
   * Throws OutOfMemoryError or
   * BlockLimitError.
   */
  allocate(bytes: number, zeroed = bytes): number {
    const size = blockSize(bytes);
    const pointer = this.#free.get(size)?.pop() ?? this.#find(size);
    this.#usedBytes += size;
    if (pointer < this.#highest) this.u8.fill(0, pointer, pointer + zeroed);
    this.#highest = Math.max(this.#highest, pointer + size);
    return pointer;
  }

  free(pointer: number, bytes: number): void {
    const size = blockSize(bytes);
    this.#usedBytes -= size;
    const list = this.#free.get(size);
    if (list === undefined) this.#free.set(size, [pointer]);
    else list.push(pointer);
  }

  /** A block where none of its size is free. */
  #find(size: number): number {
    if (size > BLOCK_LIMIT_BYTES) {
      const limit = inMebibytes(BLOCK_LIMIT_BYTES);
      throw new BlockLimitError(`${inMebibytes(size)} of memory are needed, and a pod may have ${limit}`);
    }
    const found = this.#fromGap(size) ?? this.#fromEnd(size) ?? this.#fromJoined(size);
    if (found !== undefined) return found;
    this.onShortage?.();
    const last = this.#fromJoined(size);
    if (last !== undefined) return last;
    const inUse = inMebibytes(this.#usedBytes);
    throw new OutOfMemoryError(`out of memory: ${inMebibytes(size)} are needed, and ${inUse} in use`);
  }

  /** A block of what was freed in other sizes, or of memory that grows for it. */
  #fromJoined(size: number): number | undefined {
    this.#join();
    const found = this.#fromGap(size) ?? this.#fromEnd(size);
    return found ?? (this.#grow(size) ? this.#fromEnd(size) : undefined);
  }

  #fromGap(size: number): number | undefined {
    const at = this.#gaps.findIndex(({ bytes }) => bytes >= size);
    if (at === -1) return undefined;
    const gap = this.#gaps[at]!;
    const { pointer } = gap;
    gap.pointer += size;
    gap.bytes -= size;
    if (gap.bytes < GAP_LEAST_BYTES) this.#crumbs.push(...this.#gaps.splice(at, 1));
    return pointer;
  }

  #fromEnd(size: number): number | undefined {
    if (this.#next + size > this.#memory.buffer.byteLength) return undefined;
    const pointer = this.#next;
    this.#next += size;
    return pointer;
  }

  /** Joins all freed blocks that lie side by side. */
  #join(): void {
    const all = [...this.#gaps, ...this.#crumbs];
    for (const [bytes, pointers] of this.#free) for (const pointer of pointers) all.push({ pointer, bytes });
    this.#free.clear();
    all.sort((one, two) => one.pointer - two.pointer);
    const joined: Gap[] = [];
    for (const gap of all) {
      const before = joined.at(-1);
      if (before !== undefined && before.pointer + before.bytes === gap.pointer) before.bytes += gap.bytes;
      else joined.push(gap);
    }
    const last = joined.at(-1);
    if (last !== undefined && last.pointer + last.bytes === this.#next) {
      this.#next = last.pointer;
      joined.pop();
    }
    this.#gaps = joined.filter(({ bytes }) => bytes >= GAP_LEAST_BYTES);
    this.#crumbs = joined.filter(({ bytes }) => bytes < GAP_LEAST_BYTES);
  }

  /** Has the memory grow by what the block needs behind the last one. Returns whether it did. */
  #grow(size: number): boolean {
    const { byteLength } = this.#memory.buffer;
    const pages = Math.ceil((this.#next + size - byteLength) / PAGE_BYTES);
    // a quarter more than is needed, so that many small blocks do not each copy the memory
    const generous = Math.max(pages, Math.min(1024, byteLength / PAGE_BYTES / 4) | 0);
    for (const wanted of [generous, pages]) {
      if (byteLength + wanted * PAGE_BYTES > this.bytesMost) continue;
      try {
        this.#memory.grow(wanted);
        this.#refreshViews();
        return true;
      } catch {
        // there is not so much
      }
    }
    return false;
  }

  #refreshViews(): void {
    const { buffer } = this.#memory;
    this.u8 = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.f64 = new Float64Array(buffer);
  }
}

function inMebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
}

/** Sizes grow in eighths of a power of two, so that freed blocks fit again and little is wasted. */
function blockSize(bytes: number): number {
  const step = Math.max(ALIGNMENT_BYTES, 1 << Math.max(0, 28 - Math.clz32(bytes)));
  return Math.max(ALIGNMENT_BYTES, Math.ceil(bytes / step) * step);
}
