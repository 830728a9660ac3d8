// A device as expressions see it.
import type { Device, DeviceAttribute } from '../types.ts';
import { CelQuantity } from './quantities.ts';
import { CelMap, MapOfMaps, type Value } from './values.ts';
import { CelVersion } from './versions.ts';

/** The value of the variable `device`. Throws when one of its attributes has no value that is understood. */
export function celDeviceOf(driver: string, device: Device): CelMap {
  const attributes = new MapOfMaps();
  for (const [name, attribute] of Object.entries(device.attributes ?? {})) {
    try {
      setQualified(attributes, driver, name, valueOf(attribute));
    } catch (error) {
      throw new Error(`attribute ${name}: ${(error as Error).message}`, { cause: error });
    }
  }
  const capacity = new MapOfMaps();
  for (const [name, { value }] of Object.entries(device.capacity ?? {}))
    setQualified(capacity, driver, name, CelQuantity.parse(value));
  return CelMap.of([
    ['driver', driver],
    ['allowMultipleAllocations', device.allowMultipleAllocations ?? false],
    ['attributes', attributes],
    ['capacity', capacity],
  ]);
}

/** Names without a domain are of the driver's. */
function setQualified(into: CelMap, driver: string, name: string, value: Value): void {
  const slash = name.indexOf('/');
  const domain = slash === -1 ? driver : name.slice(0, slash);
  if (!into.has(domain)) into.set(domain, new CelMap());
  (into.get(domain) as CelMap).set(name.slice(slash + 1), value);
}

function valueOf(attribute: DeviceAttribute): Value {
  const { ints, bools, strings, versions, int, bool, string, version } = attribute;
  if (ints !== undefined) return ints.map(BigInt);
  if (bools !== undefined) return bools;
  if (strings !== undefined) return strings;
  if (versions !== undefined) return versions.map(versionOf);
  if (int !== undefined) return BigInt(int);
  if (bool !== undefined) return bool;
  if (string !== undefined) return string;
  if (version !== undefined) return versionOf(version);
  throw new Error('unsupported attribute value');
}

function versionOf(text: string): CelVersion {
  try {
    return CelVersion.parse(text);
  } catch (error) {
    throw new Error(`parse semantic version: ${(error as Error).message}`, { cause: error });
  }
}
