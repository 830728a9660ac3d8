// The admission plugin DefaultTolerationSeconds: a pod stays five minutes on a node that fails.
import type { Pod } from '../model/types.ts';

const SECONDS = 300;
const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

export function addDefaultTolerations(pod: Pod): void {
  const given = pod.spec!.tolerations ?? [];
  const missing = TAINTS.filter(
    (taint) =>
      !given.some(({ key, effect }) => (!key || key === taint) && (!effect || effect === 'NoExecute')),
  );
  pod.spec!.tolerations = [
    ...given,
    ...missing.map((key) => ({
      key,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: SECONDS,
    })),
  ];
}
