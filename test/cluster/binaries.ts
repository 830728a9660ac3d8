import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, goBuild } from './go-build.ts';

const kubernetesVersion = '1.37.2';
const [major, minor] = kubernetesVersion.split('.');

export const binaryNames = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
] as const;
export type BinaryName = (typeof binaryNames)[number];
/** What a folder of assets for tests seldom has. */
const SELDOM_THERE: readonly BinaryName[] = ['kube-controller-manager', 'kube-scheduler'];

/** A Kubernetes program from a module tells its version only when the linker is told. */
const version = 'k8s.io/component-base/version';
const ldflags = `-X ${version}.gitVersion=v${kubernetesVersion} -X ${version}.gitMajor=${major} -X ${version}.gitMinor=${minor}`;

/**
 * The path of a control plane program: from the folder KUBEBUILDER_ASSETS when that is set, else built from Go
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
  const output = join(cacheFolder(`coset-control-plane/v${kubernetesVersion}`), name);
  return goBuild(
    name === 'etcd'
      ? { output, module: join(modules, 'etcd'), package: 'go.etcd.io/etcd/server/v3' }
      : { output, module: join(modules, 'kubernetes'), package: `k8s.io/kubernetes/cmd/${name}`, ldflags },
  );
}
