// The resource claims that waiting pods name themselves. One that was made from a template for another pod is then not that
// pod's alone.
import { addToCount } from '../model/by-key.ts';
import type { Pod } from '../model/types.ts';

const NONE: readonly string[] = [];

export class NamedClaims {
  /** Counts the times that a claim came to be named, or is named no longer. */
  version = 0;
  /** How often each claim is named, by "namespace/name". */
  readonly #named = new Map<string, number>();
  readonly #byPod = new Map<string, readonly string[]>();

  /** Takes the names of a pod that waits, in the place of those that it had. */
  setWaiting(key: string, pod: Pod): void {
    const names = namesOf(pod);
    const before = this.#byPod.get(key);
    if (before === undefined && names.length === 0) return;
    for (const name of names) this.#count(name, 1);
    for (const name of before ?? NONE) this.#count(name, -1);
    if (names.length === 0) this.#byPod.delete(key);
    else this.#byPod.set(key, names);
  }

  dropWaiting(key: string): void {
    for (const name of this.#byPod.get(key) ?? NONE) this.#count(name, -1);
    this.#byPod.delete(key);
  }

  /** Whether some waiting pod names the claim, by "namespace/name". */
  has(claim: string): boolean {
    return this.#named.has(claim);
  }

  #count(name: string, by: 1 | -1): void {
    const was = this.#named.has(name);
    addToCount(this.#named, name, by);
    if (was !== this.#named.has(name)) this.version++;
  }
}

function namesOf({ metadata, spec }: Pod): readonly string[] {
  if (spec?.resourceClaims === undefined) return NONE;
  const namespace = metadata?.namespace ?? 'default';
  return spec.resourceClaims.flatMap(({ resourceClaimName }) =>
    resourceClaimName === undefined ? [] : [`${namespace}/${resourceClaimName}`],
  );
}
