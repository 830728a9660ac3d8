// The objects of resource.k8s.io/v1 that not only the allocation of devices reads.
import type { DeviceClass as AnyDeviceClass, DeviceTaint } from '../../build/kubernetes.js';
import type { ApiObject } from './types.ts';

/** The API server stores none without a spec. */
export type DeviceClass = AnyDeviceClass & Required<Pick<AnyDeviceClass, 'spec'>>;

/** Taints devices from outside of the slices that a driver writes. */
export interface DeviceTaintRule extends ApiObject {
  spec: {
    deviceSelector?: { driver?: string; pool?: string; device?: string };
    taint: DeviceTaint;
  };
}
