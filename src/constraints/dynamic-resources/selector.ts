// A device selector: an expression in CEL over one device.
import { Environment, type ASTNode, type ParseResult } from '@marcbachmann/cel-js';
import { declareQuantity, declareVersion, quantityOf, versionOf } from './cel-types.ts';
import type { Device, DeviceAttribute } from './types.ts';

type Values = Map<string, unknown>;

/** Values by domain and name. Each domain that is looked up exists, empty at worst. */
class Domains extends Map<string, Values> {
  override get(domain: string): Values {
    return super.get(domain) ?? NO_VALUES;
  }
}

const NO_VALUES: Values = new Map();

/** A device as expressions see it. */
export interface CelDevice {
  driver: string;
  allowMultipleAllocations: boolean;
  attributes: Domains;
  capacity: Domains;
}

const environment = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false });
declareQuantity(environment);
declareVersion(environment);
environment
  .registerType('kubernetes.Domains', Domains)
  .registerOperator('string in kubernetes.Domains', (domain: string, domains: Domains) => domains.has(domain))
  .registerType('kubernetes.DRADevice', {
    fields: {
      driver: 'string',
      allowMultipleAllocations: 'bool',
      attributes: 'kubernetes.Domains',
      capacity: 'kubernetes.Domains',
    },
  })
  .registerVariable('device', 'kubernetes.DRADevice');

export class Selector {
  readonly #evaluate: ParseResult;

  /** Throws an error that says why the expression is not valid. */
  constructor(expression: string) {
    this.#evaluate = environment.parse(withPresenceTests(expression));
    const { valid, type, error } = this.#evaluate.check();
    if (!valid) throw new Error(error!.summary);
    if (type !== 'bool' && type !== 'dyn')
      throw new Error(`must evaluate to bool or the unknown type, not ${type}`);
  }

  /** Whether the device matches. Throws when that cannot be told. */
  matches(device: CelDevice): boolean {
    const result: unknown = this.#evaluate({ device });
    if (typeof result !== 'boolean') throw new Error('the result is not a bool');
    return result;
  }
}

const CACHE_LIMIT = 1024;
const compiled = new Map<string, Selector | Error>();

/** The selector of an expression, or why there is none. Those that were used before are kept. */
export function selectorFor(expression: string): Selector | Error {
  let selector = compiled.get(expression);
  if (selector === undefined) {
    try {
      selector = new Selector(expression);
    } catch (error) {
      selector = new Error(summaryOf(error));
    }
    if (compiled.size >= CACHE_LIMIT) compiled.clear();
    compiled.set(expression, selector);
  }
  return selector;
}

/** What an error of CEL says, without the excerpt of the expression that follows. */
export function summaryOf(error: unknown): string {
  return error instanceof Error && 'summary' in error && typeof error.summary === 'string'
    ? error.summary
    : (error as Error).message;
}

/** A device as expressions see it. Throws when one of its attributes has no value that they know. */
export function celDeviceOf(driver: string, device: Device): CelDevice {
  const attributes = new Domains();
  for (const [name, attribute] of Object.entries(device.attributes ?? {})) {
    try {
      setQualified(attributes, driver, name, valueOf(attribute));
    } catch (error) {
      throw new Error(`attribute ${name}: ${summaryOf(error)}`, { cause: error });
    }
  }
  const capacity = new Domains();
  for (const [name, { value }] of Object.entries(device.capacity ?? {}))
    setQualified(capacity, driver, name, quantityOf(value));
  return {
    driver,
    allowMultipleAllocations: device.allowMultipleAllocations ?? false,
    attributes,
    capacity,
  };
}

/** "domain/name" or, in the domain of its driver, "name". */
function qualifiedName(driver: string, name: string): [domain: string, id: string] {
  const slash = name.indexOf('/');
  return slash === -1 ? [driver, name] : [name.slice(0, slash), name.slice(slash + 1)];
}

function setQualified(into: Domains, driver: string, name: string, value: unknown): void {
  const [domain, id] = qualifiedName(driver, name);
  if (!into.has(domain)) into.set(domain, new Map());
  into.get(domain).set(id, value);
}

function valueOf(attribute: DeviceAttribute): bigint | boolean | string | object {
  const { ints, bools, strings, versions, int, bool, string, version } = attribute;
  if (ints !== undefined) return ints.map(BigInt);
  if (bools !== undefined) return bools;
  if (strings !== undefined) return strings;
  if (versions !== undefined) return versions.map((text) => versionOf(text));
  if (int !== undefined) return BigInt(int);
  if (bool !== undefined) return bool;
  if (string !== undefined) return string;
  if (version !== undefined) return versionOf(version);
  throw new Error('unsupported attribute value');
}

/**
 * The library's has() takes a chain of names only. In CEL any field may be tested, as in has(device.attributes["d"].x):
 * such a test is written as the optional field's.
 */
function withPresenceTests(expression: string): string {
  let text = expression;
  for (;;) {
    const test = presenceTest(environment.parse(text).ast);
    if (test === undefined) return text;
    const { range, operand, field } = test;
    const optional = `(${text.slice(operand.start, operand.end)}).?${field}.hasValue()`;
    text = text.slice(0, range.start) + optional + text.slice(range.end);
  }
}

interface PresenceTest {
  range: { start: number; end: number };
  operand: { start: number; end: number };
  field: string;
}

/** The first call of has() whose operand is not a chain of names. */
function presenceTest(node: ASTNode): PresenceTest | undefined {
  if (node.op === 'call' && node.args[0] === 'has') {
    const [argument] = node.args[1];
    if (argument?.op === '.' && !isChain(argument.args[0])) {
      return { range: node.range, operand: argument.args[0].range, field: argument.args[1] };
    }
  }
  for (const child of [node.args].flat(3)) {
    const found = isNode(child) ? presenceTest(child) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function isChain(node: ASTNode): boolean {
  return node.op === 'id' || (node.op === '.' && isChain(node.args[0]));
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'range' in value;
}
