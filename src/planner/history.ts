// The states of a cluster that is kept once and seen by several planners: each has a version of it. The cluster is in one
// version at a time; every other version knows what is different in it, and the way there.
//
//   base <── fork          the cluster is in `base`; `fork` knows what to set to be in the fork's state
//   base ──> fork          once the fork is asked: what it differed by was set, and `base` knows what to set back
//
// A fork costs nothing until something differs; going from one version to another costs what differs.

/** What differs between two states: the values by section and key; undefined where there is none. */
export type Changes<Sections> = { [S in keyof Sections]: Map<string, Sections[S] | undefined> };

/** The cluster, as far as versions of it are concerned. */
export interface Versioned<Sections> {
  /** No changes. */
  none(): Changes<Sections>;
  /** Sets the values; returns what they were. */
  apply(changes: Changes<Sections>): Changes<Sections>;
}

/** A state of the cluster. */
export class Version<Sections> {
  /** Planners that are in this state. */
  planners = 1;
  /** The way to the state that the cluster is in now; absent of that one. */
  way?: { to: Version<Sections>; changes: Changes<Sections> };
  /** Versions whose way begins with a step to this one, as long as somebody needs them. */
  readonly dependents = new Set<WeakRef<Version<Sections>>>();
}

export class History<Sections> {
  readonly #cluster: Versioned<Sections>;
  #head = new Version<Sections>();

  constructor(cluster: Versioned<Sections>) {
    this.#cluster = cluster;
  }

  /** The version that the cluster is in. */
  get head(): Version<Sections> {
    return this.#head;
  }

  /** Brings the cluster to a version. */
  enter(version: Version<Sections>): void {
    const steps: Version<Sections>[] = [];
    for (let at = version; at.way !== undefined; at = at.way.to) steps.push(at);
    for (const next of steps.reverse()) this.#step(next);
  }

  /** The version that a planner may change, whose version is given: the same one, unless others are in it. */
  change(version: Version<Sections>): Version<Sections> {
    this.enter(version);
    if (version.planners === 1) return version;
    version.planners--;
    const changed = new Version<Sections>();
    version.way = { to: changed, changes: this.#cluster.none() };
    changed.dependents.add(new WeakRef(version));
    this.#head = changed;
    return changed;
  }

  /** Whether somebody needs to know what changes. */
  get isObserved(): boolean {
    return this.#head.dependents.size > 0;
  }

  /** Has the versions that depend on the present one know what a value was before it is changed. */
  record<S extends keyof Sections>(section: S, key: string, before: () => Sections[S] | undefined): void {
    for (const reference of this.#head.dependents) {
      const dependent = reference.deref();
      if (dependent === undefined) {
        this.#head.dependents.delete(reference);
        continue;
      }
      const known = dependent.way!.changes[section];
      if (!known.has(key)) known.set(key, before());
    }
  }

  /** A planner leaves its version for good. */
  leave(version: Version<Sections>): void {
    version.planners--;
    this.#forget(version);
  }

  /** Goes from the present version to one whose way is one step long. */
  #step(next: Version<Sections>): void {
    const before = this.#head;
    const { changes } = next.way!;
    next.way = undefined;
    before.way = { to: next, changes: this.#cluster.apply(changes) };
    this.#head = next;
    for (const reference of before.dependents)
      if (reference.deref() === next) before.dependents.delete(reference);
    next.dependents.add(new WeakRef(before));
    this.#forget(before);
  }

  /** A version that no planner is in, and through which none goes, need not be told of changes. */
  #forget(version: Version<Sections>): void {
    if (version.planners > 0 || version.way === undefined || version.dependents.size > 0) return;
    const { to } = version.way;
    for (const reference of to.dependents) {
      if (reference.deref() !== version) continue;
      to.dependents.delete(reference);
      this.#forget(to);
    }
  }
}
