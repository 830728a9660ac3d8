import { binary } from './binaries.ts';

/** Builds what the tests start before any of them runs: the first time it takes longer than a test may. */
export default async function setup(): Promise<void> {
  for (const name of [
    'etcd',
    'helm',
    'kube-apiserver',
    'kube-controller-manager',
    'kube-scheduler',
    'kubectl',
  ] as const)
    await binary(name);
}
