// Which nodes the devices of a slice can be used from.
import type { NodeSelector } from '../model/types.ts';
import { isEmptyTerm, isValidTerm, termMatches } from '../plugins/common/node-selectors.ts';
import { AllocationError, type Device, type ResourceSlice } from './types.ts';

/** What is read of a node. */
export interface NodeIdentity {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A node with what its device plugins and its kubelet offer. */
export interface NodeWithAmounts extends NodeIdentity {
  readonly allocatable: ReadonlyMap<string, number>;
}

/** Whether a node matches one of the selector's terms. Throws AllocationError when a term cannot be understood. */
export function selectorMatches(
  { nodeSelectorTerms }: NodeSelector,
  { name, labels }: NodeIdentity,
): boolean {
  const terms = nodeSelectorTerms.filter((term) => !isEmptyTerm(term));
  if (!terms.every(isValidTerm)) throw new AllocationError('a node selector cannot be understood');
  return terms.some((term) => termMatches(term, { metadata: { name, labels } }));
}

/** Whether the device of a slice that leaves it to its devices can be used from the node. */
export function deviceMatchesNode(device: Device, node: NodeIdentity): boolean {
  return matches(device, node);
}

/** Whether some device of the slice may be usable from the node. */
export function sliceMatchesNode({ spec }: ResourceSlice, node: NodeIdentity): boolean {
  if (!spec.nodeName && !spec.allNodes && !spec.nodeSelector) {
    // nothing that is known is set: some later version's slice
    if (!spec.perDeviceNodeSelection) return false;
    return (spec.devices ?? []).some((device) => deviceMatchesNode(device, node));
  }
  return matches(spec, node);
}

function matches(
  { nodeName, allNodes, nodeSelector }: Pick<Device, 'nodeName' | 'allNodes' | 'nodeSelector'>,
  node: NodeIdentity,
): boolean {
  if (nodeName) return nodeName === node.name;
  if (allNodes) return true;
  return nodeSelector !== undefined && selectorMatches(nodeSelector, node);
}
