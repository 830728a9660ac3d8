import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, goBuild } from './go-build.ts';

const kubernetesVersion = '1.37.2';
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
const version = 'k8s.io/component-base/version';
const ldflags = `-X ${version}.gitVersion=v${kubernetesVersion} -X ${version}.gitMajor=${major} -X ${version}.gitMinor=${minor}`;

/**
 * The path of a control plane program, or of helm: from the folder KUBEBUILDER_ASSETS when that is set, else built from Go
 * modules into the user's cache folder. What such a folder seldom has is built then too.
 */
export async function binary(name: BinaryName): Promise<string> {
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
      : { output, module: join(modules, 'kubernetes'), package: `k8s.io/kubernetes/cmd/${name}`, ldflags },
  );
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
