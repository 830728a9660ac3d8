// What is written into a claim's status for the devices that were found.
import type { NodeSelectorRequirement, NodeSelector } from '../model/types.ts';
import type { ChosenDevice, ClaimSolution } from './allocator.ts';
import { quantityText } from './capacity.ts';
import { qualifiedRequest, type Alternative } from './requests.ts';
import {
  AllocationError,
  type AllocationResult,
  type DeviceConfiguration,
  type DeviceResult,
} from './types.ts';

/**
 * The allocation of a claim on a node.
 * @throws AllocationError when the slices' node selectors cannot be combined
 */
export function allocationResult(solution: ClaimSolution, nodeName: string): AllocationResult {
  const config = configurationOf(solution);
  const nodeSelector = nodeSelectorOf(solution.devices, nodeName);
  return {
    devices: {
      results: solution.devices.map(deviceResult),
      ...(config.length > 0 && { config }),
    },
    ...(nodeSelector && { nodeSelector }),
  };
}

function deviceResult({ alternative, slice, device, consumed }: ChosenDevice): DeviceResult {
  const { adminAccess, tolerations } = alternative.request;
  return {
    request: qualifiedRequest(alternative),
    driver: slice.spec.driver,
    pool: slice.spec.pool.name,
    device: device.name,
    ...(adminAccess && { adminAccess }),
    ...(tolerations.length > 0 && { tolerations: [...tolerations] }),
    ...(device.bindingConditions && { bindingConditions: device.bindingConditions }),
    ...(device.bindingFailureConditions && { bindingFailureConditions: device.bindingFailureConditions }),
    ...(consumed && { shareID: crypto.randomUUID() }),
    ...(consumed &&
      consumed.size > 0 && {
        consumedCapacity: Object.fromEntries(
          [...consumed].map(([name, quantity]) => [name, quantityText(quantity)]),
        ),
      }),
  };
}

/** The drivers' configuration: of each class once, then the claim's own, where they concern what was allocated. */
function configurationOf({ claim, alternatives }: ClaimSolution): DeviceConfiguration[] {
  const ofClass = new Map<string, DeviceConfiguration[]>();
  for (const alternative of alternatives) {
    const { metadata, spec } = alternative.class;
    const name = metadata?.name ?? '';
    const request = qualifiedRequest(alternative);
    const known = ofClass.get(name);
    for (const configuration of known ?? []) configuration.requests!.push(request);
    if (known !== undefined) continue;
    const added = (spec.config ?? []).map((configuration) => ({
      ...configuration,
      source: 'FromClass',
      requests: [request],
    }));
    ofClass.set(name, added);
  }
  const own = (claim.spec.devices?.config ?? [])
    .filter(({ requests = [] }) => requests.length === 0 || alternatives.some((one) => names(requests, one)))
    .map((configuration) => ({ ...configuration, source: 'FromClaim' }));
  return [...[...ofClass.values()].flat(), ...own].map(({ requests = [], ...configuration }) =>
    // without names it is for all requests
    alternatives.every((one) => names(requests, one)) || requests.length === 0
      ? configuration
      : { ...configuration, requests },
  );
}

/** Whether a list of requests names what was taken, or the request that it is an alternative of. */
function names(requests: readonly string[], alternative: Alternative): boolean {
  return (
    requests.includes(qualifiedRequest(alternative)) ||
    requests.includes(alternative.parent ?? alternative.request.name)
  );
}

/** The nodes where the devices can be used; undefined when that is everywhere. */
function nodeSelectorOf(devices: readonly ChosenDevice[], nodeName: string): NodeSelector | undefined {
  const requirements: NodeSelectorRequirement[] = [];
  const fields: NodeSelectorRequirement[] = [];
  for (const { slice, device } of devices) {
    const place = slice.spec.perDeviceNodeSelection ? device : slice.spec;
    if (place.nodeName !== undefined || device.bindsToNode) {
      const byName = { key: 'metadata.name', operator: 'In', values: [nodeName] };
      return { nodeSelectorTerms: [{ matchFields: [byName] }] };
    }
    const [term, ...others] = place.nodeSelector?.nodeSelectorTerms ?? [];
    if (others.length > 0) {
      throw new AllocationError(
        `unsupported ResourceSlice.NodeSelector with ${others.length + 1} terms in ${slice.metadata.name ?? ''}`,
      );
    }
    addNew(fields, term?.matchFields);
    addNew(requirements, term?.matchExpressions);
  }
  if (fields.length === 0 && requirements.length === 0) return undefined;
  return {
    nodeSelectorTerms: [
      {
        ...(fields.length > 0 && { matchFields: fields }),
        ...(requirements.length > 0 && { matchExpressions: requirements }),
      },
    ],
  };
}

function addNew(to: NodeSelectorRequirement[], from: readonly NodeSelectorRequirement[] = []): void {
  const text = ({ key, operator, values }: NodeSelectorRequirement) =>
    JSON.stringify([key, operator, [...new Set(values)].sort()]);
  for (const requirement of from)
    if (!to.some((known) => text(known) === text(requirement))) to.push(requirement);
}
