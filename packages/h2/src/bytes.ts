// Bytes that are put one after another and sent together, in memory that is used again.

const FIRST_BYTES = 4096;

export class Bytes {
  #buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #length = 0;

  byte(value: number): void {
    this.#grow(1);
    this.#buffer[this.#length++] = value;
  }

  uint16(value: number): void {
    this.#grow(2);
    this.#length = this.#buffer.writeUInt16BE(value, this.#length);
  }

  uint24(value: number): void {
    this.#grow(3);
    this.#length = this.#buffer.writeUIntBE(value, this.#length, 3);
  }

  uint32(value: number): void {
    this.#grow(4);
    this.#length = this.#buffer.writeUInt32BE(value, this.#length);
  }

  /** A text of one byte a character. */
  latin1(text: string): void {
    this.#grow(text.length);
    this.#length += this.#buffer.write(text, this.#length, 'latin1');
  }

  append(bytes: Uint8Array): void {
    this.#grow(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** What was put since the last time; valid until something is put again. */
  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #grow(by: number): void {
    const needed = this.#length + by;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
