// Offsets of the parts of one block of linear memory, each aligned to 16.

export class Offsets {
  /** Bytes so far. */
  size = 0;

  /** The offset of the next part, of `count` bytes. */
  reserve(count: number): number {
    const at = this.size;
    this.size += Math.ceil(count / 16) * 16;
    return at;
  }
}
