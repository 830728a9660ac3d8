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

const PAGE_BYTES = 65_536;
const ALIGNMENT_BYTES = 16;
/** The first page is the module's, for its constants; so a pointer of 0 can mean "absent". */
const FIRST_POINTER = PAGE_BYTES;

export class Arena {
  u8!: Uint8Array;
  i32!: Int32Array;
  u32!: Uint32Array;
  f64!: Float64Array;
  readonly #memory: LinearMemory;
  readonly #free = new Map<number, number[]>();
  #next = FIRST_POINTER;
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
   */
  allocate(bytes: number, zeroed = bytes): number {
    const size = blockSize(bytes);
    this.#usedBytes += size;
    const reused = this.#free.get(size)?.pop();
    if (reused !== undefined) {
      this.u8.fill(0, reused, reused + zeroed);
      return reused;
    }
    const pointer = this.#next;
    this.#next += size;
    const missing = this.#next - this.#memory.buffer.byteLength;
    if (missing > 0) {
      const pages = Math.ceil(missing / PAGE_BYTES);
      try {
        // a quarter more than is needed, so that many small blocks do not each copy the memory
        this.#memory.grow(
          Math.max(pages, Math.min(1024, this.#memory.buffer.byteLength / PAGE_BYTES / 4) | 0),
        );
      } catch {
        this.#memory.grow(pages);
      }
      this.#refreshViews();
    }
    return pointer;
  }

  free(pointer: number, bytes: number): void {
    const size = blockSize(bytes);
    this.#usedBytes -= size;
    const list = this.#free.get(size);
    if (list === undefined) this.#free.set(size, [pointer]);
    else list.push(pointer);
  }

  #refreshViews(): void {
    const { buffer } = this.#memory;
    this.u8 = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.f64 = new Float64Array(buffer);
  }
}

/** Sizes grow in eighths of a power of two, so that freed blocks fit again and little is wasted. */
function blockSize(bytes: number): number {
  const step = Math.max(ALIGNMENT_BYTES, 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, bytes))) - 3));
  return Math.max(ALIGNMENT_BYTES, Math.ceil(bytes / step) * step);
}
