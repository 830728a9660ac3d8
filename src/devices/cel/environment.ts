// What expressions may name: the variable `device`, types, and the functions of the libraries of Kubernetes 1.37.
import type { Library, Overload } from './library.ts';
import { lists } from './lists.ts';
import { namedFormats } from './named-formats.ts';
import { network } from './network.ts';
import { optionals } from './optionals.ts';
import { QUANTITY, quantities } from './quantities.ts';
import { regularExpressions } from './regular-expressions.ts';
import { standard } from './standard.ts';
import { strings } from './strings.ts';
import { DURATION, TIMESTAMP, time } from './time.ts';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  objectType,
  opaqueType,
  optionalOf,
  parameter,
  STRING,
  typeOf,
  UINT,
  type Type,
} from './types.ts';
import { urls } from './urls.ts';
import { versions } from './versions.ts';

/** k8s.io/apiserver's environment for stored expressions, and what k8s.io/dynamic-resource-allocation/cel adds. */
const LIBRARIES: Library[] = [
  standard,
  time,
  regularExpressions,
  strings,
  lists,
  optionals,
  quantities,
  versions,
  urls,
  network,
  namedFormats,
];

/** All functions by name, each with the overloads of every library. */
export const FUNCTIONS: ReadonlyMap<string, readonly Overload[]> = merged();

function merged(): Map<string, Overload[]> {
  const functions = new Map<string, Overload[]>();
  for (const library of LIBRARIES)
    for (const [name, overloads] of Object.entries(library))
      functions.set(name, [...(functions.get(name) ?? []), ...overloads]);
  return functions;
}

export const DEVICE = objectType('kubernetes.DRADevice');

/** The fields of each type that has some. */
export const FIELDS: Readonly<Record<string, Readonly<Record<string, Type>>>> = {
  'kubernetes.DRADevice': {
    driver: STRING,
    allowMultipleAllocations: BOOL,
    attributes: mapOf(STRING, mapOf(STRING, DYN)),
    capacity: mapOf(STRING, mapOf(STRING, QUANTITY)),
  },
};

const NAMED_TYPES: Type[] = [
  ...[BOOL, BYTES, DOUBLE, DURATION, INT, NULL, STRING, TIMESTAMP, UINT],
  ...[listOf(parameter('A')), mapOf(parameter('A'), parameter('B')), typeOf(parameter('A'))],
  ...[optionalOf(parameter('A')), opaqueType('net.IP'), opaqueType('net.CIDR')],
];

/** Types that an expression can name, as in type(1) == int. */
export const TYPES: ReadonlyMap<string, Type> = new Map(NAMED_TYPES.map((type) => [type.name, type]));
