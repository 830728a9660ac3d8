// The Huffman code of HPACK: RFC 7541, appendix B. It is canonical: codes of one length follow each other in the order of
// their symbols, and the first of a length follows the last of the length before. So the lengths say all.

const LENGTHS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28,
  28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7,
  8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19,
  13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13,
  28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21,
  22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23,
  22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25,
  25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
];
const SHORTEST = 5;
const LONGEST = 30;
/** What fills the last byte is the beginning of a code, which has no symbol: all ones, and less than a byte. */
const MOST_PADDING_BITS = 7;

/** The symbols in the order of their codes. */
const SYMBOLS = LENGTHS.map((_, symbol) => symbol).sort((a, b) => LENGTHS[a]! - LENGTHS[b]! || a - b);
/** By length: the first code, how many there are, and which of SYMBOLS the first one is. */
const FIRST = new Int32Array(LONGEST + 1);
const COUNT = new Int32Array(LONGEST + 1);
const OFFSET = new Int32Array(LONGEST + 1);

for (const length of LENGTHS) COUNT[length]!++;
for (let length = SHORTEST; length <= LONGEST; length++) {
  FIRST[length] = (FIRST[length - 1]! + COUNT[length - 1]!) << 1;
  OFFSET[length] = OFFSET[length - 1]! + COUNT[length - 1]!;
}

/** Reads a text of one byte a character. @throws Error when it does not end as the code demands */
export function decodeHuffman(bytes: Uint8Array): string {
  let text = '';
  let code = 0;
  let length = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = (code << 1) | ((byte >> bit) & 1);
      length++;
      const nth = code - FIRST[length]!;
      if (nth >= 0 && nth < COUNT[length]!) {
        text += String.fromCharCode(SYMBOLS[OFFSET[length]! + nth]!);
        code = 0;
        length = 0;
      } else if (length === LONGEST) {
        throw new Error('a Huffman code has no symbol');
      }
    }
  }
  if (length > MOST_PADDING_BITS || code !== (1 << length) - 1) throw new Error('a Huffman code is cut off');
  return text;
}
