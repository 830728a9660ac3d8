// The lease for which replicas take turns.
import { FLEET_HOLDER, stateIn } from '../../kube/fleet/lease.ts';
import { leasePath, type Lease, type LeaseSettings } from '../../model/lease.ts';
import { reviewed, type Examined, type Finding } from './finding.ts';

export async function leaseFinding(examined: Examined): Promise<Finding> {
  const { leaderElection } = examined.configuration;
  if (leaderElection !== undefined) return findingOf(examined, leaderElection);
  return {
    ...{ check: 'lease', status: 'warning', message: 'there is none: each replica schedules' },
    advice: 'run one replica only, or let leaderElection.leaderElect be true',
  };
}

async function findingOf({ transport, now }: Examined, lease: LeaseSettings): Promise<Finding> {
  const check = 'lease';
  const { namespace, name } = lease;
  const called = `${namespace}/${name}`;
  const resourceAttributes = {
    group: 'coordination.k8s.io',
    resource: 'leases',
    verb: 'get',
    namespace,
    name,
  };
  // the rights are told of by themselves
  if (!(await reviewed(transport, { resourceAttributes })))
    return { check, status: 'warning', message: `${called} may not be read` };
  const reply = await transport.request('GET', leasePath(lease));
  if (reply.status === 404)
    return {
      ...{ check, status: 'fault', message: `${called} is not there, and coset makes none` },
      advice: `make it, as deploy/chart does: kubectl create -f - with kind Lease and this name`,
    };
  if (!reply.isDone)
    return { check, status: 'warning', message: `${called} cannot be read: ${reply.message}` };
  const { holderIdentity, renewTime, leaseDurationSeconds = 0 } = (reply.body as Lease).spec ?? {};
  if (!holderIdentity)
    return {
      ...{ check, status: 'warning', message: `nobody holds ${called}` },
      advice: 'nothing is scheduled until a replica of coset runs',
    };
  const agoSeconds = Math.round((now() - Date.parse(renewTime ?? '')) / 1000);
  if (agoSeconds > leaseDurationSeconds)
    return {
      ...{ check, status: 'fault' },
      message: `${holderIdentity} holds ${called} and has not renewed it for ${agoSeconds} s`,
      advice: 'nobody schedules: see whether a replica runs, and what its log says',
    };
  if (holderIdentity !== FLEET_HOLDER)
    return { check, status: 'ok', message: `${holderIdentity} holds ${called}` };
  return fleetFinding(called, reply.body as Lease);
}

function fleetFinding(called: string, lease: Lease): Finding {
  const check = 'lease';
  try {
    const members = Object.keys(stateIn(lease, false)?.members ?? {});
    return { check, status: 'ok', message: `${members.length} active replicas share ${called}` };
  } catch (error) {
    return {
      ...{ check, status: 'fault', message: `${called}: ${(error as Error).message}` },
      advice: 'nobody schedules: delete the annotation when no replica runs, and start them anew',
    };
  }
}
