import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, goBuild } from './go-build.ts';

const kubernetesVersion = '1.37.2';
/** The oldest whose API server coset schedules for. */
const oldestVersion = '1.34.4';
const helmVersion = '3.22.0';
const [major, minor] = kubernetesVersion.split('.');

export const binaryNames = [
  'etcd',
  'helm',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
] as const;
export type BinaryName = (typeof binaryNames)[number];
/** What a folder of assets for tests seldom has. */
const SELDOM_THERE: readonly BinaryName[] = ['helm', 'kube-controller-manager', 'kube-scheduler'];

/** A Kubernetes program from a module tells its version only when the linker is told. */
function ldflagsOf(version: string): string {
  const [major, minor] = version.split('.');
  const settings = [`gitVersion=v${version}`, `gitMajor=${major}`, `gitMinor=${minor}`];
  return settings.map((setting) => `-X k8s.io/component-base/version.${setting}`).join(' ');
}

/**
 * The path of a control plane program, or of helm: from the folder KUBEBUILDER_ASSETS when that is set, else built from Go
 * modules into the user's cache folder. What such a folder seldom has is built then too. Where OLDEST_API_SERVER is set,
 * the API server is of the oldest version.
 */
export async function binary(name: BinaryName): Promise<string> {
  if (name === 'kube-apiserver' && process.env['OLDEST_API_SERVER']) return oldestApiServer();
  const assets = process.env['KUBEBUILDER_ASSETS'];
  if (assets) {
    const path = join(assets, name);
    if (existsSync(path)) return path;
    if (!SELDOM_THERE.includes(name)) throw new Error(`KUBEBUILDER_ASSETS: there is no ${name} in ${assets}`);
  }
  const modules = join(import.meta.dirname, 'control-plane');
  if (name === 'helm') return helm(join(modules, 'helm'));
  const output = join(cacheFolder(`coset-control-plane/v${kubernetesVersion}`), name);
  return goBuild(
    name === 'etcd'
      ? { output, module: join(modules, 'etcd'), package: 'go.etcd.io/etcd/server/v3' }
      : {
          output,
          module: join(modules, 'kubernetes'),
          package: `k8s.io/kubernetes/cmd/${name}`,
          ldflags: ldflagsOf(kubernetesVersion),
        },
  );
}

function oldestApiServer(): Promise<string> {
  return goBuild({
    output: join(cacheFolder(`coset-control-plane/v${oldestVersion}`), 'kube-apiserver'),
    module: join(import.meta.dirname, 'control-plane/kubernetes-oldest'),
    package: 'k8s.io/kubernetes/cmd/kube-apiserver',
    ldflags: ldflagsOf(oldestVersion),
  });
}

/** What a chart asks of the API server's version goes by the libraries that helm was built with, unless it is told. */
function helm(module: string): Promise<string> {
  const output = join(cacheFolder(`coset-helm/v${helmVersion}`), 'helm');
  const helmModule = 'helm.sh/helm/v3';
  const settings = [
    ['internal/version.version', `v${helmVersion}`],
    ...['chartutil', 'lint/rules'].flatMap((at) => [
      [`pkg/${at}.k8sVersionMajor`, major],
      [`pkg/${at}.k8sVersionMinor`, minor],
    ]),
  ];
  const ldflags = settings.map(([name, value]) => `-X ${helmModule}/${name}=${value}`).join(' ');
  return goBuild({ output, module, package: `${helmModule}/cmd/helm`, ldflags });
}
