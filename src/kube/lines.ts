// The lines of a watch, out of the chunks in which the network delivers them.

const NEWLINE = 0x0a;

/** Splits a stream of bytes into lines. Only a line that several chunks share is copied. */
export class LineDecoder {
  #rest: Buffer[] = [];

  /** Calls `onLine` with each line that ends in this chunk, without its newline; empty lines are left out. */
  push(chunk: Buffer, onLine: (line: Buffer) => void): void {
    let start = 0;
    let end = chunk.indexOf(NEWLINE);
    if (end >= 0 && this.#rest.length > 0) {
      this.#rest.push(chunk.subarray(0, end));
      const line = Buffer.concat(this.#rest);
      this.#rest = [];
      if (line.length > 0) onLine(line);
      start = end + 1;
      end = chunk.indexOf(NEWLINE, start);
    }
    while (end >= 0) {
      if (end > start) onLine(chunk.subarray(start, end));
      start = end + 1;
      end = chunk.indexOf(NEWLINE, start);
    }
    if (start < chunk.length) this.#rest.push(chunk.subarray(start));
  }
}
