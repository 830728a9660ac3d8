// The objects of resource.k8s.io/v1 that are read, in the form in which they travel.
import type {
  AllocationResult,
  DeviceAllocationConfiguration,
  DeviceConstraint,
  DeviceRequest,
  DeviceRequestAllocationResult,
  DeviceSelector,
  DeviceTaint,
  DeviceToleration,
  ResourceClaim as AnyResourceClaim,
} from '../../build/kubernetes.js';
import type { DeviceClass, DeviceTaintRule } from '../model/devices.ts';
import type { ApiObject, NodeSelector, ObjectMeta } from '../model/types.ts';

export type {
  AllocationResult,
  DeviceClass,
  DeviceConstraint,
  DeviceRequest,
  DeviceSelector,
  DeviceTaint,
  DeviceTaintRule,
  DeviceToleration,
};
/** The API server stores none without a spec. */
export type ResourceClaim = AnyResourceClaim & Required<Pick<AnyResourceClaim, 'spec'>>;
export type DeviceConfiguration = DeviceAllocationConfiguration;
export type DeviceResult = DeviceRequestAllocationResult;

/** What kind of value it is, is said by which field is set. */
export interface DeviceAttribute {
  int?: number;
  bool?: boolean;
  string?: string;
  version?: string;
  ints?: number[];
  bools?: boolean[];
  strings?: string[];
  versions?: string[];
}

export interface DeviceCapacity {
  value: string;
  requestPolicy?: RequestPolicy;
}

/** What a request takes of a capacity, where requests share a device. */
export interface RequestPolicy {
  default?: string;
  validValues?: string[];
  validRange?: { min?: string; max?: string; step?: string };
}

export type Counters = Readonly<Record<string, { value: string }>>;

export interface CounterSet {
  name: string;
  counters: Counters;
}

export interface CounterConsumption {
  counterSet: string;
  counters: Counters;
  compatibilityGroups?: unknown[];
}

export interface Device {
  name: string;
  attributes?: Readonly<Record<string, DeviceAttribute>>;
  capacity?: Readonly<Record<string, DeviceCapacity>>;
  taints?: DeviceTaint[];
  consumesCounters?: CounterConsumption[];
  allowMultipleAllocations?: boolean;
  /** Where the device can be used, when its slice leaves that to each device. */
  nodeName?: string;
  nodeSelector?: NodeSelector;
  allNodes?: boolean;
  bindsToNode?: boolean;
  bindingConditions?: string[];
  bindingFailureConditions?: string[];
}

export interface ResourceSlice extends ApiObject {
  metadata: ObjectMeta;
  spec: {
    driver: string;
    pool: { name: string; generation: number; resourceSliceCount: number };
    nodeName?: string;
    nodeSelector?: NodeSelector;
    allNodes?: boolean;
    perDeviceNodeSelection?: boolean;
    devices?: Device[];
    sharedCounters?: CounterSet[];
  };
}

/** How a request for devices, or one of its alternatives, reads. */
export interface ExactRequest {
  name: string;
  deviceClassName: string;
  allocationMode: string;
  count: number;
  adminAccess: boolean;
  selectors: readonly DeviceSelector[];
  tolerations: readonly DeviceToleration[];
  /** Quantities by capacity. */
  capacity: Readonly<Record<string, string>>;
}

/** "driver/pool/device". */
export function deviceId(driver: string, pool: string, device: string): string {
  return `${driver}/${pool}/${device}`;
}

/** What makes a claim or a class impossible to serve; no other node is tried. */
export class AllocationError extends Error {
  override name = 'AllocationError';
}
