// What processes decide, seen at the end of the step in which they do: each pod is given the node that it gets from a planner
// that begins anew, on the reference kernel, with what the process knows at that moment.
import type { Configuration } from '../../../src/config/types.ts';
import { objectKey } from '../../../src/model/types.ts';
import { Planner } from '../../../src/planner/planner.ts';
import type { PodRecord } from '../../../src/state/pod-record.ts';
import { referenceKernel } from '../../reference/kernel.ts';
import type { Replica } from '../replicas.ts';
import { waitsForUs, type Checked, type Checker } from './checker.ts';
import { knownTo } from './known.ts';

export interface Decision {
  key: string;
  uid: string | undefined;
  node: string;
  /** The versions of the last nodes and pods that the process had been told of. */
  nodesVersion: number;
  podsVersion: number;
}

/** Where pods are nominated to, by their names. */
type Nominated = ReadonlyMap<string, string>;

const NONE: Nominated = new Map();

export class DecisionsChecker implements Checker {
  readonly #configuration: Configuration;
  readonly #compares: boolean;
  readonly #seen = new WeakSet<PodRecord>();
  /** The last one on each pod, by the process and the pod. */
  readonly #last = new Map<string, Decision>();
  /** As it was before the present step. */
  readonly #nominated = new WeakMap<Replica, Nominated>();

  /** `compares` says whether decisions are held against the planner's, or only seen. */
  constructor(configuration: Configuration, compares: boolean) {
    this.#configuration = configuration;
    this.#compares = compares;
  }

  /** The last decision of a process on the pod of this name. */
  of(machine: string, key: string): Decision | undefined {
    return this.#last.get(`${machine} ${key}`);
  }

  afterStep({ replicas }: Checked): string[] {
    return replicas.running.flatMap((replica) => {
      const decisions = this.#newOf(replica);
      // before its first cycle a process knows of nominations what it was told
      const before = this.#nominated.get(replica) ?? toldNominations(replica);
      const now = nominations(replica);
      if (replica.cluster !== undefined) this.#nominated.set(replica, now);
      // who decides over a shard decides by fewer nodes than it knows
      const isWhole = replica.membership === undefined || replica.membership.phase === 'all';
      return this.#compares && isWhole && decisions.length > 0
        ? this.#faultsIn(replica, decisions, before, now)
        : [];
    });
  }

  /** The decisions since the last step, in their order. */
  #newOf({ cluster, site, machine }: Replica): Decision[] {
    const made: Decision[] = [];
    for (const record of cluster?.pods() ?? []) {
      if (!record.assumed || this.#seen.has(record)) continue;
      this.#seen.add(record);
      const { key, uid, nodeName: node } = record;
      const { view } = site;
      const knowledge = { nodesVersion: view.versionOf('nodes'), podsVersion: view.versionOf('pods') };
      const decision = { key, uid, node, ...knowledge };
      this.#last.set(`${machine.name} ${key}`, decision);
      made.push(decision);
    }
    return made;
  }

  #faultsIn(replica: Replica, decisions: readonly Decision[], before: Nominated, now: Nominated): string[] {
    const decided = new Set(decisions.map(({ key }) => key));
    // others were nominated between two decisions: which of them counted for which is not seen
    for (const key of new Set([...before.keys(), ...now.keys()]))
      if (!decided.has(key) && before.get(key) !== now.get(key)) return [];
    const scenario = knownTo(replica, (key) => decided.has(key));
    for (const pod of scenario.pending)
      if (decided.has(objectKey(pod)))
        pod.status = { ...pod.status, nominatedNodeName: before.get(objectKey(pod)) };
    const waiting = new Map(scenario.pending.map((pod) => [objectKey(pod), pod]));
    const options = { kernel: referenceKernel(), configuration: this.#configuration };
    const planner = Planner.ofScenario(scenario, options);
    for (const { key, node } of decisions) {
      const pod = waiting.get(key);
      if (pod === undefined) continue;
      const [due] = planner.decide([pod]).decisions;
      if (due?.node === node) continue;
      const instead = due?.node ?? `none: ${due?.message}`;
      return [`${replica.machine.name} has given ${node} to ${key}, which should have ${instead}`];
    }
    return [];
  }
}

function toldNominations({ site }: Replica): Nominated {
  const told = site.view.pods
    .filter(waitsForUs)
    .map((pod) => [objectKey(pod), pod.status?.nominatedNodeName] as const);
  return new Map(told.filter((one): one is [string, string] => Boolean(one[1])));
}

function nominations({ cluster, site }: Replica): Nominated {
  if (cluster === undefined || cluster.nominations.size === 0) return NONE;
  const found = new Map<string, string>();
  for (const pod of site.view.pods) {
    const key = objectKey(pod);
    const node = cluster.nominations.of(key)?.pod.nodeName;
    if (node !== undefined) found.set(key, node);
  }
  return found;
}
