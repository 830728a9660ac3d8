// The chart as people use it: by helm and kubectl, on a real API server.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import type { ApiObject } from '../../src/model/types.ts';
import { binary } from './binaries.ts';
import { kubeconfig, type ControlPlane } from './control-plane.ts';
import { startCosetWith, type Scheduler } from './scheduler.ts';
import { tokenOf } from './service-account.ts';

export const CHART = join(import.meta.dirname, '../../deploy/chart');
/** Whose kinds ServiceMonitor and PrometheusRule are. */
const PROMETHEUS_OPERATOR = 'github.com/prometheus-operator/prometheus-operator@v0.85.0';

export interface Ended {
  code: number | null;
  text: string;
}

/** Runs helm or kubectl on the control plane to its end. */
async function tool(
  name: 'helm' | 'kubectl',
  controlPlane: ControlPlane | undefined,
  args: string[],
  input?: string,
): Promise<Ended> {
  const env = { ...process.env, ...controlPlane?.env, HELM_DRIVER: 'configmap' };
  const path = await binary(name);
  return new Promise((resolve) => {
    const child = execFile(path, args, { env, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), text: `${stdout}${stderr}` }),
    );
    child.stdin!.end(input);
  });
}

export const helm = (args: string[], controlPlane?: ControlPlane) => tool('helm', controlPlane, args);
export const kubectl = (controlPlane: ControlPlane, args: string[], input?: string) =>
  tool('kubectl', controlPlane, args, input);

/** What it printed; throws when it failed. */
export async function printed(ended: Promise<Ended>): Promise<string> {
  const { code, text } = await ended;
  if (code !== 0) throw new Error(`exit code ${code}:\n${text}`);
  return text;
}

/** Has the API server serve the kinds of the Prometheus operator, by the definitions that it ships. */
export async function serveMonitoringKinds(controlPlane: ControlPlane): Promise<void> {
  const download = execFileSync('go', ['mod', 'download', '-json', PROMETHEUS_OPERATOR], {
    encoding: 'utf8',
  });
  const { Dir: folder } = JSON.parse(download) as { Dir: string };
  const file = (kind: string) =>
    join(folder, `example/prometheus-operator-crd/monitoring.coreos.com_${kind}.yaml`);
  const kinds = ['servicemonitors', 'prometheusrules'];
  const files = kinds.flatMap((kind) => ['-f', file(kind)]);
  await printed(kubectl(controlPlane, ['create', ...files]));
  const names = kinds.map((kind) => `crd/${kind}.monitoring.coreos.com`);
  await printed(kubectl(controlPlane, ['wait', '--for=condition=Established', '--timeout=30s', ...names]));
}

/** A release that helm has installed. */
export interface Release {
  /** Of the release and of its objects. */
  name: string;
  namespace: string;
  /** What helm said after it. */
  notes: string;
}

export async function install(controlPlane: ControlPlane, values: readonly string[]): Promise<Release> {
  const [name, namespace] = ['coset-chart', 'schedulers'];
  const args = ['install', name, CHART, '--namespace', namespace, '--create-namespace', ...values];
  return { name, namespace, notes: await printed(helm(args, controlPlane)) };
}

interface Workload extends ApiObject {
  spec: { template: { metadata: ApiObject['metadata']; spec: { containers: { args: string[] }[] } } };
}

export function deploymentOf(controlPlane: ControlPlane, { name, namespace }: Release): Promise<Workload> {
  return controlPlane.client.json('GET', `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`);
}

/** A kubeconfig of a service account of the release's namespace. */
async function kubeconfigOf(
  controlPlane: ControlPlane,
  { name, namespace }: Release,
  account = name,
): Promise<string> {
  const { server, ca, client, folder } = controlPlane;
  const path = join(folder, `${account}.kubeconfig`);
  writeFileSync(path, kubeconfig(server, ca, await tokenOf(client, account, namespace)));
  return path;
}

/** The arguments of a container of the release, on this machine: with its configuration and its account. */
export async function argumentsHere(
  controlPlane: ControlPlane,
  release: Release,
  args: readonly string[],
): Promise<string[]> {
  const { name, namespace } = release;
  const path = `/api/v1/namespaces/${namespace}/configmaps/${name}`;
  const { data } = await controlPlane.client.json<{ data: Record<string, string> }>('GET', path);
  const configuration = join(controlPlane.folder, `${name}.yaml`);
  writeFileSync(configuration, data['scheduler.yaml']!);
  const here = args.map((arg) => arg.replace('/etc/coset/scheduler.yaml', configuration));
  if (here.join() === args.join()) throw new Error(`no configuration: ${args.join(' ')}`);
  return [...here, '--kubeconfig', await kubeconfigOf(controlPlane, release)];
}

/** Starts what a pod of the release's Deployment would. */
export async function startReplica(
  controlPlane: ControlPlane,
  release: Release,
  port: number,
): Promise<Scheduler> {
  const { spec } = await deploymentOf(controlPlane, release);
  const args = await argumentsHere(controlPlane, release, spec.template.spec.containers[0]!.args);
  return startCosetWith([...args, '--bind-address', '127.0.0.1', '--secure-port', String(port)]);
}

/** A file of the chart that is YAML or JSON. */
export function chartFile<T>(path: string): T {
  return load(readFileSync(join(CHART, path), 'utf8')) as T;
}
