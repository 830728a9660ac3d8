// The JSON of API objects without their managed fields: about half of what an API server sends of a pod, and no scheduler
// reads them.

const KEY = Buffer.from('"managedFields":[');
const QUOTE = 0x22;
const OPEN = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE = 0x5d;

/**
 * Parses UTF-8; each list of managed fields is empty, where the JSON is as dense as the API server writes it.
 * @throws SyntaxError when it is no JSON
 */
export function parseLean(bytes: Buffer): unknown {
  let text = '';
  let from = 0;
  // a quote in a string has a backslash before it: what is found is a key
  for (let at = bytes.indexOf(KEY); at >= 0; at = bytes.indexOf(KEY, from)) {
    const begin = at + KEY.length;
    text += bytes.toString('utf8', from, begin);
    from = endOfList(bytes, begin);
  }
  return JSON.parse(text + bytes.toString('utf8', from));
}

/** Where the list that begins before `at` has its closing bracket; the end when it has none. */
function endOfList(bytes: Buffer, at: number): number {
  let depth = 1;
  let inString = false;
  for (; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) inString = !inString;
    else if (inString && byte === BACKSLASH) at++;
    else if (!inString && byte === OPEN) depth++;
    else if (!inString && byte === CLOSE && --depth === 0) return at;
  }
  return at;
}
