// Three replicas that are all active: short runs of what `npm run simulate -- --fleet` does at length, and bugs that are
// planted in how they share nodes.
import { describe, expect, it } from 'vitest';
import { Membership, type FleetHost } from '../../src/kube/fleet/membership.ts';
import { simulate, type Check, type RunOptions } from './simulate.ts';

const STEPS = 1500;
/** In which a planted bug is looked for. */
const RUNS = 30;

describe('a run with three active replicas', () => {
  it.each([1, 2, 3, 4, 5])('of seed %i has no node decided by two, and no pod lost', async (seed) => {
    const { violation, bound } = await simulate({ seed, steps: STEPS, isFleet: true });
    expect(violation).toBeUndefined();
    expect(bound).toBeGreaterThan(0);
  });

  it('takes the same steps each time', async () => {
    const [one, same] = [
      await simulate({ seed: 6, steps: 800, isFleet: true }),
      await simulate({ seed: 6, steps: 800, isFleet: true }),
    ];
    expect(same.fingerprint).toBe(one.fingerprint);
  });
});

/** Takes every node for its own. */
class Greedy extends Membership {
  override usesNode(): boolean {
    return true;
  }
}

/** Does not wait to be told what the others have bound. */
class Deaf extends Membership {
  override get podsVersion(): undefined {
    return undefined;
  }
}

/** Hands over what is under way. */
class Hasty extends Membership {
  override attach(host: FleetHost): void {
    super.attach({
      isClear: () => true,
      isAnswered: () => true,
      podsVersion: () => host.podsVersion(),
      wants: () => host.wants(),
      listAnew: () => host.listAnew(),
      looked: () => host.looked(),
    });
  }
}

/** Never asks for a turn. */
class Modest extends Membership {
  override attach(host: FleetHost): void {
    super.attach({
      isClear: () => host.isClear(),
      isAnswered: () => host.isAnswered(),
      podsVersion: () => host.podsVersion(),
      wants: () => undefined,
      listAnew: () => host.listAnew(),
      looked: () => host.looked(),
    });
  }
}

describe('it is found', () => {
  /** What the check finds in one of the runs from the seed on: not each has the moment at which it shows. */
  async function found(check: Check, sabotage: RunOptions['sabotage'], from: number): Promise<string> {
    for (let seed = from; seed < from + RUNS; seed++) {
      const { violation } = await simulate({ seed, steps: STEPS, isFleet: true, checks: [check], sabotage });
      if (violation !== undefined) return violation.what.join();
    }
    return 'nothing';
  }

  it('when a replica decides on the nodes of the others', async () => {
    expect(await found('shards', { membership: Greedy }, 1)).toMatch(/both decide on|not its own/);
  });

  it('when a replica does not know what the others have bound', async () => {
    expect(await found('shards', { membership: Deaf }, 35)).toMatch(/does not know that/);
  });

  it('when a replica hands nodes over on which something is under way', async () => {
    expect(await found('shards', { membership: Hasty }, 28)).toMatch(/both decide on|not its own/);
  });

  it('when pods that fit in no shard are decided by nobody', async () => {
    expect(await found('quiet', { membership: Modest }, 1)).toMatch(
      /waits, and could be on|still to be tried/,
    );
  });
});
