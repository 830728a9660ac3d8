// IP addresses and networks, read and written as Go's net/netip does.

/** An address: its bits as a number, of 32 or of 128. */
export interface Address {
  bits: bigint;
  width: 32 | 128;
}

/** A network: an address and how many of its first bits name the network. */
export interface Network {
  address: Address;
  length: number;
}

/** Undefined when the text is none. A zone is not part of an address here. */
export function parseAddress(text: string): Address | undefined {
  if (text.includes(':')) return parseIPv6(text);
  const bits = parseIPv4(text);
  return bits === undefined ? undefined : { bits, width: 32 };
}

function parseIPv4(text: string): bigint | undefined {
  const fields = text.split('.');
  if (
    fields.length !== 4 ||
    !fields.every((field) => /^(?:0|[1-9]\d{0,2})$/.test(field) && Number(field) < 256)
  )
    return undefined;
  return fields.reduce((bits, field) => (bits << 8n) | BigInt(field), 0n);
}

function parseIPv6(text: string): Address | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(groupsOf);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...(tail ?? [])];
  return { bits: groups.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n), width: 128 };
}

/** The 16-bit groups of one side of "::"; an IPv4 address may be the last two. */
function groupsOf(half: string): number[] | undefined {
  if (half === '') return [];
  const groups: number[] = [];
  const fields = half.split(':');
  for (const [n, field] of fields.entries()) {
    if (field.includes('.')) {
      const bits = n === fields.length - 1 ? parseIPv4(field) : undefined;
      if (bits === undefined) return undefined;
      groups.push(Number(bits >> 16n), Number(bits & 0xffffn));
    } else if (/^[0-9a-fA-F]{1,4}$/.test(field)) groups.push(Number.parseInt(field, 16));
    else return undefined;
  }
  return groups;
}

export function isMappedIPv4({ bits, width }: Address): boolean {
  return width === 128 && bits >> 32n === 0xffffn;
}

export function textOfAddress({ bits, width }: Address): string {
  if (width === 32) return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 255n)).join('.');
  const groups = Array.from({ length: 8 }, (_value, n) => Number((bits >> BigInt(16 * (7 - n))) & 0xffffn));
  const { start, length } = longestZeros(groups);
  const texts = groups.map((group) => group.toString(16));
  if (length < 2) return texts.join(':');
  return `${texts.slice(0, start).join(':')}::${texts.slice(start + length).join(':')}`;
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > longest.length) longest = { start, length };
  }
  return longest;
}

/** Undefined when the text is none. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.lastIndexOf('/');
  const address = slash === -1 ? undefined : parseAddress(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (address === undefined || !/^(?:0|[1-9]\d{0,2})$/.test(length) || Number(length) > address.width)
    return undefined;
  return { address, length: Number(length) };
}

/** The bits that name the network, without the others. */
export function prefixOf({ bits, width }: Address, length: number): bigint {
  return bits >> BigInt(width - length);
}

export function masked({ address, length }: Network): Network {
  const shift = BigInt(address.width - length);
  return { address: { ...address, bits: (address.bits >> shift) << shift }, length };
}
