import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  canonicalQuantity,
  parseQuantity,
  QuantityError,
  quantityMilliValue,
  quantityText,
  quantityValue,
} from '../../src/model/quantity.ts';

// What resource.Quantity of Kubernetes 1.37.2 answers: text, Value(), MilliValue().
const FACTS: [string | number, number, number][] = [
  ['0', 0, 0],
  ['00', 0, 0],
  ['1', 1, 1000],
  ['+1', 1, 1000],
  ['-1', -1, -1000],
  ['100m', 1, 100],
  ['1500m', 2, 1500],
  ['-1500m', -2, -1500],
  ['0.1', 1, 100],
  ['.5', 1, 500],
  ['5.', 5, 5000],
  ['0.1m', 1, 1],
  ['1n', 1, 1],
  ['999u', 1, 1],
  ['1001u', 1, 2],
  ['0.5n', 1, 1],
  ['1e3', 1000, 1_000_000],
  ['1E3', 1000, 1_000_000],
  ['1e-3', 1, 1],
  ['1.5e+2', 150, 150_000],
  ['12e6', 12_000_000, 12_000_000_000],
  ['1e-12', 1, 1],
  ['1k', 1000, 1_000_000],
  ['1M', 1e6, 1e9],
  ['1G', 1e9, 1e12],
  ['1T', 1e12, 1e15],
  ['1Ki', 1024, 1_024_000],
  ['1Mi', 1_048_576, 1_048_576_000],
  ['1.5Gi', 1_610_612_736, 1_610_612_736_000],
  ['0.5Ki', 512, 512_000],
  ['1.1Ki', 1127, 1_126_400],
  ['0.1Mi', 104_858, 104_857_600],
  ['0.0001Ki', 1, 103],
  ['1Ti', 1_099_511_627_776, 1_099_511_627_776_000],
  ['1.23456789', 2, 1235],
  [' 4 ', 4, 4000],
  [0.25, 1, 250],
  [2, 2, 2000],
];

test.each(FACTS)('%s is %d units, %d thousandths', (text, value, milliValue) => {
  const quantity = parseQuantity(text);
  expect(quantityValue(quantity)).toBe(value);
  expect(quantityMilliValue(quantity)).toBe(milliValue);
});

test('what is larger than 2^63 - 1 is cut to it', () => {
  const largest = (2n ** 63n - 1n) * 10n ** 9n;
  for (const text of ['8Ei', '16Ei', '10E', '9223372036854775808', '1e1000000']) {
    expect(parseQuantity(text)).toBe(largest);
    expect(parseQuantity(`-${text}`)).toBe(-largest);
  }
  expect(parseQuantity('9223372036854775807')).toBe(largest);
});

test('of very many digits those that decide are read, in no time', () => {
  const many = (digit: string) => digit.repeat(1_000_000);
  const begin = performance.now();
  expect(parseQuantity(`0.${many('1')}`)).toBe(111_111_112n);
  expect(parseQuantity(`1.${many('0')}`)).toBe(10n ** 9n);
  expect(parseQuantity(`1.${many('0')}1`)).toBe(10n ** 9n + 1n);
  expect(parseQuantity(`1.${many('0')}Ki`)).toBe(1024n * 10n ** 9n);
  expect(parseQuantity(`${many('0')}7`)).toBe(7n * 10n ** 9n);
  expect(parseQuantity(`0.${many('0')}1`)).toBe(1n);
  expect(parseQuantity(many('1'))).toBe((2n ** 63n - 1n) * 10n ** 9n);
  expect(performance.now() - begin).toBeLessThan(1000);
});

test('more digits than decide change nothing', () => {
  const digits = fc.array(fc.nat(9), { minLength: 60, maxLength: 200 }).map((all) => all.join(''));
  const suffix = fc.constantFrom('', 'm', 'n', 'k', 'Ki', 'Ei', 'e-30', 'E');
  fc.assert(
    fc.property(fc.nat(19), digits, suffix, (whole, all, unit) => {
      const text = `${all.slice(0, whole)}.${all.slice(whole)}`;
      // so many zeros in front are no digits that decide; the number is the same
      expect(parseQuantity(`${text}${unit}`)).toBe(parseQuantity(`${'0'.repeat(200)}${text}000${unit}`));
      const up = parseQuantity(`${text}1${unit}`);
      const same = parseQuantity(`${text}${unit}`);
      expect(up - same >= 0n && up - same <= 1n).toBe(true);
    }),
  );
});

test('an exponent far below a nano-unit still asks for one', () => {
  expect(parseQuantity('123e-1000000')).toBe(1n);
  expect(parseQuantity('0e-1000000')).toBe(0n);
});

test.each([
  '',
  ' ',
  '12Q',
  'abc',
  'm',
  '.',
  '-',
  'Ki',
  '1K',
  '1ki',
  '1mi',
  '1 Gi',
  '1MiB',
  '1.1.1',
  '1e',
  '1e3.5',
  '1Ee3',
  '1e3m',
  '--1',
  '0x10',
  '1_000',
  NaN,
  Infinity,
])('%j is refused', (text) => {
  expect(() => parseQuantity(text)).toThrow(QuantityError);
});

test('the error names the text', () => {
  expect(() => parseQuantity('12Q')).toThrow('"12Q" is not a quantity');
});

describe('arithmetic is exact', () => {
  const milli = fc.integer({ min: 0, max: 2 ** 31 });

  test('sums of parsed parts equal the parsed sum', () => {
    fc.assert(
      fc.property(fc.array(milli, { minLength: 1, maxLength: 8 }), (parts) => {
        const sum = parts.reduce((total, part) => total + parseQuantity(`${part}m`), 0n);
        expect(quantityMilliValue(sum)).toBe(parts.reduce((total, part) => total + part, 0));
      }),
    );
  });

  test('a decimal, a milli and a nano form of one amount are equal', () => {
    fc.assert(
      fc.property(milli, (amount) => {
        const decimal = `${Math.floor(amount / 1000)}.${String(amount % 1000).padStart(3, '0')}`;
        expect(parseQuantity(decimal)).toBe(parseQuantity(`${amount}m`));
        expect(parseQuantity(`${BigInt(amount) * 1_000_000n}n`)).toBe(parseQuantity(`${amount}m`));
      }),
    );
  });

  test('order and sign are those of the numbers', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 62n), 2n ** 62n), fc.bigInt(-(2n ** 62n), 2n ** 62n), (a, b) => {
        expect(parseQuantity(String(a)) < parseQuantity(String(b))).toBe(a < b);
        expect(parseQuantity(String(-a))).toBe(-parseQuantity(String(a)));
      }),
    );
  });

  test('each binary suffix is 1024 of the one before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), (amount) => {
        const forms = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((suffix) =>
          parseQuantity(`${amount}${suffix}`),
        );
        forms.slice(1).forEach((form, i) => expect(form).toBe(forms[i]! * 1024n));
      }),
    );
  });
});

test('more texts than the cache holds still parse right', () => {
  for (let i = 0; i < 5000; i++) expect(quantityMilliValue(parseQuantity(`${i}m`))).toBe(i);
});

test.each([
  ['1024Mi', '1Gi'],
  ['1536Mi', '1536Mi'],
  ['0.5Gi', '512Mi'],
  ['0.5Ki', '512'],
  ['1025.5Ki', '1050112'],
  ['0.1Gi', '107374182400m'],
  ['0.1Ei', '115292150460684697600m'],
  ['-2048Ki', '-2Mi'],
  ['0.5', '500m'],
  ['1000m', '1'],
  ['1500', '1500'],
  ['3000', '3k'],
  ['2000M', '2G'],
  ['1e3', '1e3'],
  ['12E2', '1200'],
  ['0.00001', '10u'],
  ['0', '0'],
  ['0Gi', '0'],
])('%s is printed as Kubernetes does: %s', (given, printed) => {
  expect(quantityText(parseQuantity(given), given)).toBe(printed);
});

// each as k8s.io/apimachinery v0.37.2 writes what it has read
test.each([
  ['1000m', '1'],
  ['0.5', '500m'],
  ['1024Mi', '1Gi'],
  ['1536Mi', '1536Mi'],
  ['0.1Gi', '107374182400m'],
  ['4096', '4096'],
  ['3000', '3k'],
  ['1.500', '1.500'],
  ['1.50', '1500m'],
  ['.5', '500m'],
  ['0.5e1', '5'],
  ['12e1', '120'],
  ['1e3', '1e3'],
  ['1E3', '1E3'],
  ['1000E3', '1e6'],
  ['+1', '+1'],
  ['-1024', '-1024'],
  ['-1000m', '-1'],
  ['007', '007'],
  ['0Gi', '0'],
  ['10E', '10E'],
  ['9223372036854775807k', '9223372036854775807k'],
  ['16Ei', '9223372036854775807'],
])('an API server keeps %s as %s', (given, kept) => {
  expect(canonicalQuantity(given)).toBe(kept);
});

test('an API server keeps numbers as texts', () => {
  expect([2, 0.5, 3000].map(canonicalQuantity)).toEqual(['2', '500m', '3k']);
});
