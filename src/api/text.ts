// Bytes of a file as text: UTF-8, or UTF-16 as Windows' shells write it.

/** A file that is no text, or more than fits. */
export class TextError extends Error {
  override name = 'TextError';
}

/** As much as fits a string, with room for what is made of it. */
const BYTES_MAX = 500 * 2 ** 20;

/** The text without its byte order mark. Throws TextError. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length > BYTES_MAX) {
    throw new TextError(`has ${Math.round(bytes.length / 2 ** 20)} MiB, and at most 500 can be read`);
  }
  const [first, second] = bytes;
  if (first === 0x1f && second === 0x8b) throw new TextError('is compressed: unpack it first (gunzip)');
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder().decode(bytes);
}
