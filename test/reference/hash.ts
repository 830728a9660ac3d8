// XXH64 with seed 0, step by step as the specification words it.

const PRIME_1 = 0x9e3779b185ebca87n;
const PRIME_2 = 0xc2b2ae3d27d4eb4fn;
const PRIME_3 = 0x165667b19e3779f9n;
const PRIME_4 = 0x85ebca77c2b2ae63n;
const PRIME_5 = 0x27d4eb2f165667c5n;

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotate = (value: bigint, by: bigint): bigint => u64((value << by) | (value >> (64n - by)));

const round = (accumulator: bigint, lane: bigint): bigint =>
  u64(rotate(u64(accumulator + lane * PRIME_2), 31n) * PRIME_1);

function little(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

export function xxh64(input: Uint8Array): bigint {
  let rest = input;
  const take = (count: number): Uint8Array => {
    const taken = rest.subarray(0, count);
    rest = rest.subarray(count);
    return taken;
  };
  let hash = PRIME_5;
  if (input.length >= 32) {
    let accumulators = [u64(PRIME_1 + PRIME_2), PRIME_2, 0n, u64(-PRIME_1)];
    while (rest.length >= 32) accumulators = accumulators.map((lane) => round(lane, little(take(8))));
    const rotations = [1n, 7n, 12n, 18n];
    hash = u64(accumulators.reduce((sum, lane, n) => sum + rotate(lane, rotations[n]!), 0n));
    for (const lane of accumulators) hash = u64((hash ^ round(0n, lane)) * PRIME_1 + PRIME_4);
  }
  hash = u64(hash + BigInt(input.length));
  while (rest.length >= 8) hash = u64(rotate(hash ^ round(0n, little(take(8))), 27n) * PRIME_1 + PRIME_4);
  if (rest.length >= 4) hash = u64(rotate(hash ^ u64(little(take(4)) * PRIME_1), 23n) * PRIME_2 + PRIME_3);
  while (rest.length > 0) hash = u64(rotate(hash ^ u64(little(take(1)) * PRIME_5), 11n) * PRIME_1);
  hash = u64((hash ^ (hash >> 33n)) * PRIME_2);
  hash = u64((hash ^ (hash >> 29n)) * PRIME_3);
  return hash ^ (hash >> 32n);
}
