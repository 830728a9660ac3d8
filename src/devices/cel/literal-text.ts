// The text of a string or bytes literal: its end, and its escape sequences.
import { SyntaxFault } from './ast.ts';

const SIMPLE_ESCAPES: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
  '?': '?',
};
/** How many digits follow the letter, and in which base. */
const CODE_ESCAPES: Record<string, { digits: number; base: number }> = {
  x: { digits: 2, base: 16 },
  X: { digits: 2, base: 16 },
  u: { digits: 4, base: 16 },
  U: { digits: 8, base: 16 },
};
const utf8 = new TextEncoder();

interface Style {
  raw: boolean;
  bytes: boolean;
}

/** The value of the literal whose text begins at `at`, after its opening quote. Throws SyntaxFault. */
export function literalText(
  text: string,
  at: number,
  quote: string,
  style: Style,
): { value: string | Uint8Array; end: number } {
  const end = endOf(text, at, quote, style.raw);
  const start = at - quote.length - Number(style.raw) - Number(style.bytes);
  const content = text.slice(at, end).replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  if (style.bytes) return { value: bytesOf(content, style.raw, start), end: end + quote.length };
  return { value: style.raw ? content : stringOf(content, start), end: end + quote.length };
}

function endOf(text: string, from: number, quote: string, raw: boolean): number {
  for (let at = from; at < text.length; at++) {
    if (text.startsWith(quote, at)) return at;
    if (quote.length === 1 && (text[at] === '\n' || text[at] === '\r')) break;
    if (!raw && text[at] === '\\') at++;
  }
  throw new SyntaxFault('Syntax error: a string that does not end', from - quote.length);
}

function stringOf(content: string, at: number): string {
  if (!content.includes('\\')) return content;
  let value = '';
  for (let n = 0; n < content.length;) {
    const escape = content[n] === '\\' ? escapeAt(content, n, at) : undefined;
    if (escape === undefined) value += content[n++]!;
    else {
      if (typeof escape.value === 'number' && isSurrogateOrTooLarge(escape.value))
        throw new SyntaxFault('invalid unicode code point', at);
      value += typeof escape.value === 'number' ? String.fromCodePoint(escape.value) : escape.value;
      n += escape.length;
    }
  }
  return value;
}

function isSurrogateOrTooLarge(code: number): boolean {
  return code > 0x10ffff || (code >= 0xd800 && code < 0xe000);
}

function bytesOf(content: string, raw: boolean, at: number): Uint8Array {
  const bytes: number[] = [];
  for (let n = 0; n < content.length;) {
    const escape = content[n] === '\\' && !raw ? escapeAt(content, n, at) : undefined;
    if (escape === undefined) {
      const character = String.fromCodePoint(content.codePointAt(n)!);
      bytes.push(...utf8.encode(character));
      n += character.length;
    } else {
      if (/[uU]/.test(content[n + 1]!)) throw new SyntaxFault('unable to unescape string', at);
      bytes.push(typeof escape.value === 'number' ? escape.value : escape.value.charCodeAt(0));
      n += escape.length;
    }
  }
  return Uint8Array.from(bytes);
}

/** The escape sequence at n: a character, or the number of one. */
function escapeAt(content: string, n: number, at: number): { value: string | number; length: number } {
  const letter = content[n + 1]!;
  const simple = SIMPLE_ESCAPES[letter];
  if (simple !== undefined) return { value: simple, length: 2 };
  const octal = /^[0-3][0-7]{2}/.exec(content.slice(n + 1, n + 4));
  if (octal !== null) return { value: Number.parseInt(octal[0], 8), length: 4 };
  const code = CODE_ESCAPES[letter];
  const digits = code && content.slice(n + 2, n + 2 + code.digits);
  if (!digits || digits.length !== code.digits || !/^[0-9A-Fa-f]+$/.test(digits))
    throw new SyntaxFault('unable to unescape string', at);
  return { value: Number.parseInt(digits, code.base), length: 2 + code.digits };
}
