// Whether coset may do what it does: the API server is asked, right by right.
import type { Right, Verb } from '../../model/right.ts';
import { rightToLease } from '../../kube/leader-election.ts';
import { rightsOf } from '../../run/rights.ts';
import { inWords, reviewed, type Examined, type Finding, type Missing } from './finding.ts';

/** Reviews under way. */
const CONCURRENT = 16;

interface Asked extends Right {
  /** Where there is one, it is asked for there only. */
  namespace?: string;
  verb: Verb;
}

export async function rightFindings(examined: Examined, missing: Missing): Promise<Finding[]> {
  const check = 'rights';
  const { configuration, account } = examined;
  const lease = configuration.leaderElection;
  const isServed = ({ group, resource }: Right) => {
    const [name] = resource.split('/');
    return ![...missing].some((path) => path.startsWith(`/apis/${group}/`) && path.endsWith(`/${name}`));
  };
  const all: (Right & { namespace?: string })[] = rightsOf(configuration.registry).filter(isServed);
  if (lease !== undefined) all.push({ ...rightToLease(lease.name), namespace: lease.namespace });
  const asked = all.flatMap((right) => right.verbs.map((verb) => ({ ...right, verb })));
  const refused: Asked[] = [];
  const open = [...asked];
  const ask = async () => {
    for (let next = open.shift(); next !== undefined; next = open.shift())
      if (!(await isAllowed(examined, next))) refused.push(next);
  };
  await Promise.all(Array.from({ length: CONCURRENT }, ask));
  const who = account === undefined ? 'these credentials' : `${account.namespace}/${account.name}`;
  if (refused.length === 0)
    return [{ check, status: 'ok', message: `${who} may do all ${asked.length} things that coset does` }];
  const rights = all.map((right) => ({
    ...right,
    verbs: right.verbs.filter((verb) =>
      refused.some(
        (one) => one.resource === right.resource && one.group === right.group && one.verb === verb,
      ),
    ),
  }));
  return rights
    .filter(({ verbs }) => verbs.length > 0)
    .map((right) => ({
      ...{ check, status: 'fault' as const },
      message: `${who} may not ${inWords(right)}${right.namespace === undefined ? '' : ` in ${right.namespace}`}`,
      advice:
        right.namespace === undefined
          ? 'add the rule to its ClusterRole, or install deploy/chart again'
          : 'let the configuration name the lease that its Role is for, or make a Role and a lease for this one',
    }));
}

function isAllowed({ transport, account }: Examined, asked: Asked): Promise<boolean> {
  const { group, verb, namespace, names } = asked;
  const [resource, subresource] = asked.resource.split('/');
  const resourceAttributes = { group, verb, resource, subresource, namespace, name: names?.[0] };
  return reviewed(transport, { resourceAttributes }, account);
}
