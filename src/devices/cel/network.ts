// Kubernetes' libraries for IP addresses and CIDR networks.
import {
  isMappedIPv4,
  masked,
  parseAddress,
  parseNetwork,
  prefixOf,
  textOfAddress,
  type Address,
  type Network,
} from './addresses.ts';
import { fn, method, passOver, type Cost, type Library } from './library.ts';
import { BOOL, INT, opaqueType, STRING } from './types.ts';
import { CelError, sizeOf, type CelObject } from './values.ts';

class Ip implements CelObject {
  readonly typeName = 'net.IP';
  readonly address: Address;

  constructor(address: Address) {
    this.address = address;
  }

  static parse(text: string): Ip {
    const [plain, zone] = text.split('%', 2) as [string, string?];
    const address = parseAddress(plain);
    const quoted = JSON.stringify(text);
    if (address === undefined || zone === '' || (zone !== undefined && address.width === 32))
      throw new CelError(
        `IP Address ${quoted} parse error during conversion from string: ParseAddr(${quoted}): unable to parse IP`,
      );
    if (zone !== undefined) throw new CelError(`IP address ${quoted} with zone value is not allowed`);
    if (isMappedIPv4(address)) throw new CelError(`IPv4-mapped IPv6 address ${quoted} is not allowed`);
    return new Ip(address);
  }

  get size(): number {
    return this.address.width / 8;
  }

  equals({ address }: Ip): boolean {
    return address.bits === this.address.bits && address.width === this.address.width;
  }

  /** Whether the first bits are these: IPv4's of the first, IPv6's of the second. */
  startsWith(four: [bits: bigint, length: number], six: [bits: bigint, length: number]): boolean {
    const [bits, length] = this.address.width === 32 ? four : six;
    return prefixOf(this.address, length) === bits;
  }

  toString(): string {
    return textOfAddress(this.address);
  }
}

class Cidr implements CelObject {
  readonly typeName = 'net.CIDR';
  readonly network: Network;

  constructor(network: Network) {
    this.network = network;
  }

  static parse(text: string): Cidr {
    const fault = 'network address parse error during conversion from string: ';
    const network = parseNetwork(text);
    const quoted = JSON.stringify(text);
    if (network === undefined)
      throw new CelError(`${fault}${fault}netip.ParsePrefix(${quoted}): it is not a network`);
    if (isMappedIPv4(network.address))
      throw new CelError(`${fault}IPv4-mapped IPv6 address ${quoted} is not allowed`);
    return new Cidr(network);
  }

  get size(): number {
    return Math.ceil(this.network.length / 8);
  }

  equals(other: Cidr): boolean {
    const { address, length } = other.network;
    const { network } = this;
    return (
      length === network.length &&
      address.bits === network.address.bits &&
      address.width === network.address.width
    );
  }

  contains(address: Address): boolean {
    const { address: own, length } = this.network;
    return address.width === own.width && prefixOf(address, length) === prefixOf(own, length);
  }

  toString(): string {
    return `${textOfAddress(this.network.address)}/${this.network.length}`;
  }
}

function holds(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}

/** The reference does not say what is wrong with a text that stands for an address. */
function parsedOrRefused<T>(parse: () => T): T {
  try {
    return parse();
  } catch {
    throw new CelError('no such overload');
  }
}

const isUnspecified = (ip: Ip) => ip.address.bits === 0n;
const isLoopback = (ip: Ip) => ip.startsWith([127n, 8], [1n, 128]);
const isLinkLocalUnicast = (ip: Ip) => ip.startsWith([0xa9fen, 16], [0x3fan, 10]);
const isMulticast = (ip: Ip) => ip.startsWith([14n, 4], [0xffn, 8]);
const isBroadcast = ({ address }: Ip) => address.width === 32 && address.bits === 0xffffffffn;

function isLinkLocalMulticast(ip: Ip): boolean {
  return (
    ip.startsWith([0xe00000n, 24], [0xff02n, 16]) ||
    (ip.address.width === 128 && isMulticast(ip) && ((ip.address.bits >> 112n) & 0xfn) === 2n)
  );
}

function isGlobalUnicast(ip: Ip): boolean {
  return ![isBroadcast, isUnspecified, isLoopback, isMulticast, isLinkLocalUnicast].some((is) => is(ip));
}

function containsNetwork(one: Cidr, two: Cidr): boolean {
  return one.contains(two.network.address) && one.network.length <= two.network.length;
}

const IP = opaqueType<Ip>('net.IP');
const CIDR = opaqueType<Cidr>('net.CIDR');
const parsing = passOver(0);
const twoPrefixes: Cost = ([cidr]) => Math.ceil(sizeOf(cidr!) * 2 * 0.1);
const moreForNetworks: Cost = ([cidr]) => Math.ceil(sizeOf(cidr!) * 0.1) + 1;
const sum =
  (...costs: Cost[]): Cost =>
  (args, result, meter) =>
    costs.reduce((total, cost) => total + cost(args, result, meter), 0);

const predicates: Library = Object.fromEntries(
  Object.entries({
    isUnspecified,
    isLoopback,
    isLinkLocalMulticast,
    isLinkLocalUnicast,
    isGlobalUnicast,
  }).map(([name, is]) => [name, [method(`ip_${name}`, [IP], BOOL, is)]]),
);

export const network: Library = {
  ...predicates,
  ip: [
    fn('string_to_ip', [STRING], IP, (text) => Ip.parse(text), parsing),
    method('cidr_ip', [CIDR], IP, (cidr) => new Ip(cidr.network.address)),
  ],
  isIP: [fn('is_ip', [STRING], BOOL, (text) => holds(() => Ip.parse(text)), parsing)],
  'ip.isCanonical': [
    fn('ip_is_canonical', [STRING], BOOL, (text) => Ip.parse(text).toString() === text, passOver(0, 2)),
  ],
  family: [method('ip_family', [IP], INT, ({ address }) => (address.width === 32 ? 4n : 6n))],
  cidr: [fn('string_to_cidr', [STRING], CIDR, (text) => Cidr.parse(text), parsing)],
  isCIDR: [fn('is_cidr', [STRING], BOOL, (text) => holds(() => Cidr.parse(text)), parsing)],
  containsIP: [
    method(
      'cidr_contains_ip_string',
      [CIDR, STRING],
      BOOL,
      (cidr, text) => cidr.contains(parsedOrRefused(() => Ip.parse(text)).address),
      sum(twoPrefixes, passOver(1)),
    ),
    method('cidr_contains_ip_ip', [CIDR, IP], BOOL, (cidr, ip) => cidr.contains(ip.address), twoPrefixes),
  ],
  containsCIDR: [
    method(
      'cidr_contains_cidr_string',
      [CIDR, STRING],
      BOOL,
      (cidr, text) =>
        containsNetwork(
          cidr,
          parsedOrRefused(() => Cidr.parse(text)),
        ),
      sum(twoPrefixes, moreForNetworks, passOver(1)),
    ),
    method('cidr_contains_cidr', [CIDR, CIDR], BOOL, containsNetwork, sum(twoPrefixes, moreForNetworks)),
  ],
  prefixLength: [method('cidr_prefix_length', [CIDR], INT, (cidr) => BigInt(cidr.network.length))],
  masked: [method('cidr_masked', [CIDR], CIDR, (cidr) => new Cidr(masked(cidr.network)))],
  string: [fn('ip_to_string', [IP], STRING, String), fn('cidr_to_string', [CIDR], STRING, String)],
};
