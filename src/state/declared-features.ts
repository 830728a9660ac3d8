// Features that not every kubelet has: a node declares those that it has, and a pod's spec tells which it needs. Sets of
// them are bits, so that a node's set is a number in a column.
import type { Container, Node, Pod } from '../model/types.ts';

/** The API server fills in the rest; what is read here may be missing. */
type Spec = Partial<NonNullable<Pod['spec']>>;

interface DeclaredFeature {
  readonly name: string;
  isNeededBy(spec: Spec): boolean;
}

/** The features of Kubernetes 1.37 that some pod needs where it runs (component-helpers/nodedeclaredfeatures). */
const FEATURES: readonly DeclaredFeature[] = [
  {
    name: 'RestartAllContainersOnContainerExits',
    isNeededBy: ({ containers, initContainers }) =>
      some(containers, restartsAll) || some(initContainers, restartsAll),
  },
  {
    name: 'UserNamespacesHostNetworkSupport',
    isNeededBy: ({ hostNetwork, hostUsers }) => hostNetwork === true && hostUsers === false,
  },
  {
    name: 'VolumeBindMountOptions',
    isNeededBy: ({ containers, initContainers, ephemeralContainers }) =>
      some(containers, hasMountOptions) ||
      some(initContainers, hasMountOptions) ||
      some(ephemeralContainers, hasMountOptions),
  },
];

/** The features that the pod needs, a bit each. */
export function neededFeaturesOf({ spec }: Pod): number {
  let set = 0;
  if (spec === undefined) return set;
  for (let n = 0; n < FEATURES.length; n++) if (FEATURES[n]!.isNeededBy(spec)) set |= 1 << n;
  return set;
}

/** The features that the node declares, a bit each; those that no pod needs are left out. */
export function declaredFeaturesOf({ status }: Node): number {
  const declared = status?.declaredFeatures;
  let set = 0;
  if (declared === undefined) return set;
  for (let n = 0; n < FEATURES.length; n++) if (declared.includes(FEATURES[n]!.name)) set |= 1 << n;
  return set;
}

/** Whether a set has all that is needed. */
export function hasFeatures(set: number, needed: number): boolean {
  return (set & needed) === needed;
}

function some<T>(list: readonly T[] | undefined, holds: (item: T) => boolean): boolean {
  if (list === undefined) return false;
  for (const item of list) if (holds(item)) return true;
  return false;
}

function restartsAll({ restartPolicyRules }: Container): boolean {
  return some(restartPolicyRules, ({ action }) => action === 'RestartAllContainers');
}

function hasMountOptions({ volumeMounts }: Pick<Container, 'volumeMounts'>): boolean {
  // newer than the client's types
  const optionsOf = (mount: object) => (mount as { bindMountOptions?: string[] }).bindMountOptions;
  return some(volumeMounts, (mount) => (optionsOf(mount)?.length ?? 0) > 0);
}
