// Values that nobody would write, in the place of those that somebody did.
import type { Chance } from './chance.ts';

type Fields = Record<string, unknown>;

/** Texts, numbers and the rest at the edges of what is understood. */
const STRANGE: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    '',
    ' ',
    '0',
    '-1',
    'a/b/c',
    '../..',
    'a\u0000b',
    '\ud800',
    'ü'.repeat(300),
    '__proto__',
  ],
  ...['constructor', '1e309', '9223372036854775808', '1Ei', '99999999999E', '-5m', '0.1n', '1e-30', '١'],
  ...[
    '2026-13-99T00:00:00Z',
    '2026-01-01T00:00:00Z',
    'Infinity',
    'NaN',
    'x'.repeat(10_000),
    '=,!()',
    '10.0.0.0/99',
  ],
  ...[0, -1, 1.5, 1e21, -1e309, 2 ** 31, 2 ** 53, Number.MIN_VALUE, 4_294_967_297],
  ...[[], {}, [[]], [null], [{}], { '': '' }, { a: null }, [1, 'a', {}]],
];
const KEYS = [
  '',
  '__proto__',
  'constructor',
  'toString',
  'length',
  'hasOwnProperty',
  'x'.repeat(400),
  'a.b/c',
];

/** A copy of the value in which some places are others, each by one of the ways below. `donors` lend what they hold. */
export function mutated<T>(value: T, chance: Chance, donors: readonly unknown[]): T {
  const copy = structuredClone(value);
  for (let times = 1 + chance.below(4); times > 0; times--) mutateOnce(copy, chance, donors);
  // as it would travel: no holes, and nothing but what JSON has
  return JSON.parse(JSON.stringify(copy)) as T;
}

function mutateOnce(root: unknown, chance: Chance, donors: readonly unknown[]): void {
  const place = placeIn(root, chance);
  if (place === undefined) return;
  const { holder, key } = place;
  switch (chance.below(6)) {
    case 0:
      Reflect.deleteProperty(holder, key);
      break;
    case 1:
      if (!Array.isArray(holder)) define(holder, chance.oneOf(KEYS), holder[key]);
      break;
    case 2:
      holder[key] = structuredClone(placeIn(chance.oneOf(donors), chance)?.value ?? null);
      break;
    case 3:
      holder[key] = many(holder[key], chance);
      break;
    default:
      holder[key] = structuredClone(chance.oneOf(STRANGE));
  }
}

/** Of a list or a map, more of what it has; of a text, more text; of anything else a list of it. */
function many(value: unknown, chance: Chance): unknown {
  const count = chance.oneOf([2, 20, 200]);
  if (typeof value === 'string') return value.repeat(Math.min(count, 10));
  if (Array.isArray(value)) return Array.from({ length: count }, () => structuredClone(value[0] as unknown));
  if (typeof value === 'object' && value !== null) {
    const [first] = Object.values(value);
    return Object.fromEntries(
      Array.from({ length: count }, (_, n) => [`key-${n}`, structuredClone(first as unknown)]),
    );
  }
  return [value, value];
}

/** Also where the key is one that means something to the language: JSON holds such keys as any other. */
function define(holder: Fields, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

/** A place in it, at random: deep ones are as likely as those at the top. */
function placeIn(root: unknown, chance: Chance): { holder: Fields; key: string; value: unknown } | undefined {
  let holder = root as Fields;
  for (;;) {
    const keys = typeof holder === 'object' && holder !== null ? Object.keys(holder) : [];
    if (keys.length === 0) return undefined;
    const key = chance.oneOf(keys);
    const value = holder[key];
    const goesOn = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
    if (!goesOn || chance.next() < 0.15) return { holder, key, value };
    holder = value as Fields;
  }
}
