// coset doctor: what keeps coset from scheduling a cluster, and what to do about it.
import { dump } from 'js-yaml';
import { defaultConfiguration } from '../../config/configuration.ts';
import type { Configuration } from '../../config/types.ts';
import { loadCredentials } from '../../kube/credentials.ts';
import type { Http2Client } from '../../kube/dial.ts';
import { Transport } from '../../kube/transport.ts';
import { colours } from '../colours.ts';
import { readConfiguration } from '../files.ts';
import { ownPlugins } from '../plugin-modules.ts';
import { examine } from './examine.ts';
import type { Account, Finding, Status } from './finding.ts';

export interface DoctorOptions {
  config?: string;
  kubeconfig?: string;
  http2Client: Http2Client;
  serviceAccount?: Account;
  output: 'json' | 'yaml' | 'table';
}

/** What the command ends with when something must be mended. */
export const FAULTS_FOUND = 2;

const COLOURS: Readonly<Record<Status, (text: string) => string>> = {
  ok: colours.green,
  warning: colours.yellow,
  fault: colours.red,
};

/** Prints what was found, and returns the exit code. Throws when there are no credentials to ask anything with. */
export async function doctor({
  config,
  kubeconfig,
  http2Client,
  serviceAccount,
  output,
}: DoctorOptions): Promise<number> {
  const { configuration, findings } = await examinedConfiguration(config);
  const credentials = await loadCredentials(kubeconfig ?? configuration.kubeconfig);
  const transport = new Transport(credentials, { http2Client });
  try {
    const examined = { transport, configuration, account: serviceAccount, now: Date.now };
    findings.push(...(await examine(examined)));
  } finally {
    await transport.close();
  }
  process.stdout.write(printed(findings, output));
  return findings.some(({ status }) => status === 'fault') ? FAULTS_FOUND : 0;
}

/** The configuration, or the default one with what is wrong with the given one. */
async function examinedConfiguration(
  file: string | undefined,
): Promise<{ configuration: Configuration; findings: Finding[] }> {
  const check = 'configuration';
  try {
    const configuration = await readConfiguration(file);
    const names = configuration.profiles.map(({ schedulerName }) => schedulerName).join(', ');
    const notices = configuration.notices.map((message): Finding => ({ check, status: 'warning', message }));
    return {
      configuration,
      findings: [{ check, status: 'ok', message: `profiles for ${names}` }, ...notices],
    };
  } catch (error) {
    const advice = 'the rest is looked at with the default configuration';
    const finding: Finding = { check, status: 'fault', message: (error as Error).message, advice };
    return { configuration: defaultConfiguration(ownPlugins), findings: [finding] };
  }
}

function printed(findings: readonly Finding[], output: DoctorOptions['output']): string {
  if (output === 'json') return `${JSON.stringify({ findings }, undefined, 2)}\n`;
  if (output === 'yaml') return dump({ findings }, { lineWidth: -1 });
  const lines = findings.flatMap(({ check, status, message, advice }) => [
    `${COLOURS[status](status.padEnd(7))}  ${check.padEnd(13)}  ${message}`,
    ...(advice === undefined ? [] : [`${' '.repeat(24)}${advice}`]),
  ]);
  return `${lines.join('\n')}\n`;
}
