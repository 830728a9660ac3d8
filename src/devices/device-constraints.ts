// What a claim asks of its devices together: that an attribute is the same in all of them, or differs in each.
import { AllocationError, type Device, type DeviceAttribute, type DeviceConstraint } from './types.ts';

/** Watches over the devices that are chosen for a claim's requests. */
export interface ConstraintState {
  /** Takes a device if that keeps the constraint. */
  add(request: string, subrequest: string | undefined, driver: string, device: Device): boolean;
  /** Takes back the device that was added last, with the same arguments. */
  remove(request: string, subrequest: string | undefined): void;
}

/**
 * The state of a constraint before any device is chosen.
 * @throws AllocationError for a constraint of an unknown kind
 */
export function constraintState(
  { matchAttribute, distinctAttribute, requests }: DeviceConstraint & { distinctAttribute?: string },
  claim: string,
  index: number,
): ConstraintState {
  const attribute = matchAttribute ?? distinctAttribute;
  if (attribute === undefined) {
    throw new AllocationError(
      `claim ${claim}, constraint #${index}: empty constraint (unsupported constraint type?)`,
    );
  }
  const isSame = matchAttribute !== undefined;
  return new AttributeConstraint(new Set(requests), attribute, (value, chosen) =>
    isSame ? chosen.every((other) => other === value) : !chosen.includes(value),
  );
}

class AttributeConstraint implements ConstraintState {
  readonly #requests: ReadonlySet<string>;
  readonly #attribute: string;
  readonly #allows: (value: string, chosen: readonly string[]) => boolean;
  readonly #chosen: string[] = [];

  constructor(
    requests: ReadonlySet<string>,
    attribute: string,
    allows: (value: string, chosen: readonly string[]) => boolean,
  ) {
    this.#requests = requests;
    this.#attribute = attribute;
    this.#allows = allows;
  }

  add(request: string, subrequest: string | undefined, driver: string, device: Device): boolean {
    if (!this.#isFor(request, subrequest)) return true;
    const value = scalarText(attributeOf(device, driver, this.#attribute));
    if (value === undefined || !this.#allows(value, this.#chosen)) return false;
    this.#chosen.push(value);
    return true;
  }

  remove(request: string, subrequest: string | undefined): void {
    if (this.#isFor(request, subrequest)) this.#chosen.pop();
  }

  #isFor(request: string, subrequest: string | undefined): boolean {
    if (this.#requests.size === 0 || this.#requests.has(request)) return true;
    return subrequest !== undefined && this.#requests.has(`${request}/${subrequest}`);
  }
}

/** An attribute by its full name; the device may leave out the domain when that is its driver. */
function attributeOf(device: Device, driver: string, name: string): DeviceAttribute | undefined {
  const attributes = device.attributes ?? {};
  if (Object.hasOwn(attributes, name)) return attributes[name];
  const id = name.startsWith(`${driver}/`) ? name.slice(driver.length + 1) : undefined;
  return id !== undefined && Object.hasOwn(attributes, id) ? attributes[id] : undefined;
}

/** Equal texts for equal values of one type; undefined for values that cannot be compared. */
function scalarText(attribute: DeviceAttribute | undefined): string | undefined {
  const { string, int, bool, version } = attribute ?? {};
  if (string !== undefined) return `string ${string}`;
  if (int !== undefined) return `int ${int}`;
  if (bool !== undefined) return `bool ${bool}`;
  return version === undefined ? undefined : `version ${version}`;
}
