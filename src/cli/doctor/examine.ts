// All checks, one after another: a server that does not answer ends them.
import { TransportError } from '../../kube/transport.ts';
import type { Examined, Finding } from './finding.ts';
import { leaseFinding } from './lease.ts';
import { rightFindings } from './rights.ts';
import { schedulersOf } from './schedulers.ts';
import { apisOf, clockFinding, gateFindings, versionFinding } from './server.ts';
import { extenderFindings, nodeFinding, podFindings } from './surroundings.ts';

export async function examine(examined: Examined): Promise<Finding[]> {
  const findings: Finding[] = [];
  try {
    findings.push(await versionFinding(examined));
    findings.push(await clockFinding(examined));
    const { findings: apis, missing } = await apisOf(examined);
    findings.push(...apis, ...(await gateFindings(examined)));
    findings.push(...(await rightFindings(examined, missing)));
    findings.push(await leaseFinding(examined));
    const schedulers = await schedulersOf(examined);
    findings.push(...schedulers.findings);
    findings.push(await nodeFinding(examined), ...(await podFindings(examined, schedulers.names)));
  } catch (error) {
    const { message } = error as Error;
    const isSilent = error instanceof TransportError;
    findings.push({
      ...{ check: 'server', status: 'fault', message },
      advice: isSilent
        ? 'see the address and the certificate in the kubeconfig'
        : 'see the credentials in the kubeconfig',
    });
  }
  return [...findings, ...(await extenderFindings(examined))];
}
