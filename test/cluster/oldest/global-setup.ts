import { binary } from '../binaries.ts';

/** Builds what the tests start before any of them runs. */
export default async function setup(): Promise<void> {
  for (const name of ['etcd', 'kube-apiserver'] as const) await binary(name);
}
