// Whether tolerations tolerate taints, as the API's types say.
import type { Pod, Taint, Toleration } from '../../model/types.ts';

/** The taint that stands for spec.unschedulable. */
export const UNSCHEDULABLE_TAINT: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

export function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some(({ effect, key, operator, value }) => {
    if (effect && effect !== taint.effect) return false;
    if (key && key !== taint.key) return false;
    if (operator === 'Exists') return true;
    return (
      (operator === undefined || operator === '' || operator === 'Equal') &&
      (value ?? '') === (taint.value ?? '')
    );
  });
}

/** Whether a taint that keeps pods off a node is not tolerated. */
export function repels(taints: readonly Taint[], tolerations: readonly Toleration[]): boolean {
  return taints.some(
    (taint) =>
      (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') && !tolerates(tolerations, taint),
  );
}

export function tolerationsOf(pod: Pod): readonly Toleration[] {
  return pod.spec?.tolerations ?? [];
}

/** The same text for the same tolerations. */
export function tolerationsText(pod: Pod): string {
  const texts = tolerationsOf(pod).map(({ effect, key, operator, value }) =>
    JSON.stringify([key ?? '', operator || 'Equal', value ?? '', effect ?? '']),
  );
  return [...new Set(texts)].sort().join();
}
