// What is packed is what the records say, and what a process that knew the same from the start would have packed.
import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from '../../../src/config/types.ts';
import { clusterOf } from '../../../src/planner/plan.ts';
import { referenceKernel } from '../../reference/kernel.ts';
import { differences } from '../../state/audit.ts';
import { packedNodes } from '../../state/packed.ts';
import type { Replica } from '../replicas.ts';
import type { Checked, Checker } from './checker.ts';
import { knownTo } from './known.ts';

/** A fresh packing is costly: one of so many steps has one. */
const EVERY = 50;

export class PackingChecker implements Checker {
  readonly #configuration: Configuration;

  constructor(configuration: Configuration) {
    this.#configuration = configuration;
  }

  afterCycle(replica: Replica): string[] {
    return named(replica, differences(replica.cluster!));
  }

  afterStep({ network, replicas }: Checked): string[] {
    if (network.world.steps % EVERY !== 0) return [];
    return replicas.running
      .filter(({ isAtWork, cluster }) => isAtWork && cluster !== undefined)
      .flatMap((replica) =>
        named(replica, [...differences(replica.cluster!), ...this.#unlikeFresh(replica)]),
      );
  }

  whenQuiet({ replicas }: Checked): string[] {
    return replicas.running
      .filter(({ cluster }) => cluster !== undefined)
      .flatMap((replica) =>
        named(replica, [...differences(replica.cluster!), ...this.#unlikeFresh(replica)]),
      );
  }

  #unlikeFresh(replica: Replica): string[] {
    const { registry } = this.#configuration;
    const fresh = packedNodes(clusterOf(knownTo(replica), referenceKernel(), 1, registry));
    const packed = packedNodes(replica.cluster!);
    const names = new Set([...Object.keys(fresh), ...Object.keys(packed)]);
    return [...names]
      .filter((name) => !isDeepStrictEqual(packed[name], fresh[name]))
      .map((name) => {
        const [has, due] = [packed[name], fresh[name]].map((one) => JSON.stringify(one) ?? 'nothing');
        return `node ${name} is packed as ${has}, and should be ${due}`;
      });
  }
}

function named({ machine }: Replica, found: string[]): string[] {
  return found.map((what) => `${machine.name}: ${what}`);
}
