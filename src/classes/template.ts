// What plugins read of a pod, cheaply: equal for pods of one template, so that features are worked out once for all of them.
import type { Container, Pod } from '../model/types.ts';
import { hasResourceStatus } from '../model/pod-resources.ts';
import type { FrameworkContext } from '../plugins/framework.ts';

/** Values as JSON has them, and undefined. */
export type Template = readonly unknown[];

/**
 * All that plugins read of a pod, or undefined for a pod that is told apart by its name: one with a field that is not
 * known, with claims of devices, with resources in its status, or that extenders are asked about.
 */
export function templateOf(pod: Pod, context: FrameworkContext): Template | undefined {
  const { cluster, profile, extenders } = context;
  const { registry } = profile;
  if (extenders?.concerns(pod) || hasResourceStatus(pod) || registry.isUnlikeItsTemplate(pod, context))
    return undefined;
  const { metadata, spec } = pod;
  const { labels, annotations, digests } = registry.podReads;
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller);
  const read: unknown[] = [
    profile.schedulerName,
    metadata?.namespace ?? 'default',
    cluster.keys.project(metadata?.labels),
    owner && [owner.apiVersion, owner.kind, owner.name],
  ];
  // numbers between the names of fields
  for (let at = 0; at < digests.length; at++) {
    const text = digests[at]!(pod, context);
    if (text !== undefined) read.push(at, text);
  }
  for (const key of labels) read.push(metadata?.labels?.[key]);
  for (const key of annotations) read.push(metadata?.annotations?.[key]);
  for (const field in spec) {
    if (field === 'containers' || field === 'initContainers') {
      const containers = spec[field]!;
      read.push(field, containers.length);
      for (const container of containers) addContainer(read, container);
      continue;
    }
    const known = registry.specFields.get(field);
    if (known === undefined) return undefined;
    if (known === 'read') read.push(field, spec[field as keyof typeof spec]);
  }
  return read;
}

/** All that a plugin can read of a container. */
function addContainer(read: unknown[], { image, resources, ports, restartPolicy }: Container): void {
  read.push(image, resources?.requests, ports, restartPolicy);
}

/**
 * Whether two values are written alike, without writing them. The order of fields counts, other than for `equal`: of two pods
 * that differ in it, whether they are found to be of one template must not depend on which came before.
 */
export function sameValues(one: unknown, two: unknown): boolean {
  if (one === two) return true;
  if (typeof one !== 'object' || typeof two !== 'object' || one === null || two === null) return false;
  if (Array.isArray(one)) {
    if (!Array.isArray(two) || one.length !== two.length) return false;
    for (let n = 0; n < one.length; n++) if (!sameValues(one[n], two[n])) return false;
    return true;
  }
  if (Array.isArray(two)) return false;
  const [keys, others] = [Object.keys(one), Object.keys(two)];
  if (keys.length !== others.length) return false;
  for (let n = 0; n < keys.length; n++) {
    const key = keys[n]!;
    if (key !== others[n] || !sameValues((one as Values)[key], (two as Values)[key])) return false;
  }
  return true;
}

type Values = Readonly<Record<string, unknown>>;
