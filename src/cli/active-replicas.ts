// The flag for several active replicas, and what it cannot go with.
import { Option, type Command } from 'commander';
import type { Configuration } from '../config/types.ts';

export interface ActiveReplicasOptions {
  activeReplicas?: boolean;
}

const FLAG = '--active-replicas';

export function addActiveReplicas(command: Command): void {
  command.addOption(
    new Option(
      FLAG,
      'be one of several replicas that all schedule: they share the nodes by the lease of the leader election',
    ),
  );
}

/** Throws when the configuration does not allow for several active replicas. */
export function checkActiveReplicas({ leaderElection, extenders }: Configuration): void {
  if (leaderElection === undefined)
    throw new Error(`${FLAG}: leaderElection.leaderElect must not be false, the replicas share its lease`);
  if (extenders.length > 0)
    throw new Error(`${FLAG}: extenders must be empty, they are asked about all nodes or none`);
}
