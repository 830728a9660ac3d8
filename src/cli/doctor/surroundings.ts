// What a scheduler has to do with: nodes, pods that wait, extenders.
import { connect } from 'node:net';
import { addToCount } from '../../model/by-key.ts';
import { schedulerNameOf, type Node, type Pod } from '../../model/types.ts';
import { listed, type Examined, type Finding } from './finding.ts';

const CONNECT_MS = 3_000;
const TAINTS = /^(NoSchedule|NoExecute)$/;

export async function nodeFinding({ transport }: Examined): Promise<Finding> {
  const check = 'nodes';
  const nodes = await listed<Node>(transport, '/api/v1/nodes');
  // the rights are told of by themselves
  if (nodes === undefined) return { check, status: 'warning', message: 'they may not be listed' };
  if (nodes.length === 0)
    return {
      check,
      status: 'fault',
      message: 'there are none',
      advice: 'no pod can be placed until a node joins',
    };
  const isOpen = ({ spec }: Node) =>
    spec?.unschedulable !== true && !spec?.taints?.some(({ effect }) => TAINTS.test(effect));
  const open = nodes.filter(isOpen).length;
  const message = `${open} of ${nodes.length} take pods without a toleration`;
  if (open > 0) return { check, status: 'ok', message };
  return {
    check,
    status: 'fault',
    message,
    advice: 'uncordon nodes, or see why they are tainted (kubectl describe nodes)',
  };
}

/** @param known the schedulerNames of all schedulers that are known */
export async function podFindings({ transport }: Examined, known: ReadonlySet<string>): Promise<Finding[]> {
  const check = 'pods';
  const selector = encodeURIComponent('spec.nodeName=,status.phase!=Succeeded,status.phase!=Failed');
  const pods = await listed<Pod>(transport, `/api/v1/pods?fieldSelector=${selector}`);
  if (pods === undefined) return [{ check, status: 'warning', message: 'they may not be listed' }];
  const waiting = new Map<string, number>();
  for (const pod of pods) addToCount(waiting, schedulerNameOf(pod), 1);
  const findings = [...waiting]
    .filter(([name]) => !known.has(name))
    .map(([name, count]) => ({
      ...{ check, status: 'warning' as const },
      message: `${count} wait for the scheduler ${name}, which is not known`,
      advice: `is the name right? Known are ${[...known].join(', ')}`,
    }));
  return findings.length > 0 ? findings : [{ check, status: 'ok', message: `${pods.length} wait` }];
}

export async function extenderFindings({ configuration }: Examined): Promise<Finding[]> {
  const check = 'extenders';
  const findings = await Promise.all(
    configuration.extenders.map(async ({ urlPrefix, ignorable }): Promise<Finding> => {
      const { protocol, hostname, port, host } = new URL(urlPrefix);
      const failure = await failureToReach(
        hostname.replace(/^\[|\]$/g, ''),
        Number(port) || (protocol === 'https:' ? 443 : 80),
      );
      if (failure === undefined) return { check, status: 'ok', message: `${host} can be reached` };
      const status = ignorable ? 'warning' : 'fault';
      const advice = ignorable ? 'it is passed over, as it is ignorable' : 'its pods wait until it answers';
      return { check, status, message: `${host} cannot be reached: ${failure}`, advice };
    }),
  );
  return findings;
}

function failureToReach(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_MS });
    const end = (failure?: string) => {
      socket.destroy();
      resolve(failure);
    };
    socket.once('connect', () => end());
    socket.once('timeout', () => end(`no answer within ${CONNECT_MS / 1000} s`));
    socket.once('error', ({ message }) => end(message));
  });
}
