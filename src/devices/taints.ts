// Device taints: those in the slices and those that rules add, and what tolerates them.
import type { Device, DeviceTaint, DeviceTaintRule, DeviceToleration, ResourceSlice } from './types.ts';

/** Whether a taint that keeps devices from being allocated is not tolerated. */
export function preventsAllocation(
  taints: readonly DeviceTaint[],
  tolerations: readonly DeviceToleration[],
): boolean {
  return taints.some(
    (taint) =>
      (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') &&
      !tolerations.some((toleration) => tolerates(toleration, taint)),
  );
}

function tolerates({ effect, key, operator, value }: DeviceToleration, taint: DeviceTaint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return (!operator || operator === 'Equal') && (value ?? '') === (taint.value ?? '');
}

/** The slice with the taints that the rules add to its devices; the slice itself when they add none. */
export function withRules(slice: ResourceSlice, rules: readonly DeviceTaintRule[]): ResourceSlice {
  const { driver, pool, devices = [] } = slice.spec;
  const ofPool = rules.filter(({ spec: { deviceSelector: selector } }) => {
    // a rule without a selector selects nothing, an empty selector everything
    if (selector === undefined) return false;
    return (selector.driver ?? driver) === driver && (selector.pool ?? pool.name) === pool.name;
  });
  if (ofPool.length === 0) return slice;
  const tainted = devices.map((device): Device => {
    const added = ofPool
      .filter(({ spec }) => (spec.deviceSelector!.device ?? device.name) === device.name)
      .map(({ spec }) => spec.taint);
    return added.length === 0 ? device : { ...device, taints: [...(device.taints ?? []), ...added] };
  });
  return { ...slice, spec: { ...slice.spec, devices: tainted } };
}
