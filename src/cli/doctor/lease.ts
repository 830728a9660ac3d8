// The lease for which replicas take turns.
import type { LeaseSettings } from '../../model/lease.ts';
import { reviewed, type Examined, type Finding } from './finding.ts';

interface Spec {
  holderIdentity?: string;
  renewTime?: string;
  leaseDurationSeconds?: number;
}

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
  const path = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases/${encodeURIComponent(name)}`;
  const reply = await transport.request('GET', path);
  if (reply.status === 404)
    return {
      ...{ check, status: 'fault', message: `${called} is not there, and coset makes none` },
      advice: `make it, as deploy/chart does: kubectl create -f - with kind Lease and this name`,
    };
  if (!reply.isDone)
    return { check, status: 'warning', message: `${called} cannot be read: ${reply.message}` };
  const { holderIdentity, renewTime, leaseDurationSeconds = 0 } = (reply.body as { spec?: Spec }).spec ?? {};
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
  return { check, status: 'ok', message: `${holderIdentity} holds ${called}` };
}
