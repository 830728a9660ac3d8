// Bytes of a file as text: UTF-8, or UTF-16 as Windows' shells write it.

/** A file that is no text, or more than fits. */
export class TextError extends Error {
  override name = 'TextError';
}

/** As much as fits a string, with room for what is made of it. */
const BYTES_MAX = 500 * 2 ** 20;

const BEGINNING = 4096;

/** How files begin that hold other files, and what to do with them. */
const ARCHIVES = [
  { at: 0, magic: [0x1f, 0x8b], unpack: 'compressed: unpack it first (gunzip, or tar -xzf)' },
  { at: 0, magic: [0x50, 0x4b, 3, 4], unpack: 'a zip archive: unpack it first' },
  { at: 257, magic: [0x75, 0x73, 0x74, 0x61, 0x72], unpack: 'a tar archive: unpack it first (tar -xf)' },
];

/** The text without its byte order mark. Throws TextError. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length > BYTES_MAX) {
    throw new TextError(`has ${Math.round(bytes.length / 2 ** 20)} MiB, and at most 500 can be read`);
  }
  for (const { at, magic, unpack } of ARCHIVES) {
    if (magic.every((byte, i) => bytes[at + i] === byte)) throw new TextError(`is ${unpack}`);
  }
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  if (bytes.subarray(0, BEGINNING).includes(0)) throw new TextError('is no text: it holds zero bytes');
  return new TextDecoder().decode(bytes);
}
