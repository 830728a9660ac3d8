// The lease by which several schedulers choose the one that decides.
import type { ApiObject } from './types.ts';

export interface LeaseSettings {
  namespace: string;
  name: string;
  /** Others wait for so long after the last renewal that they have seen. */
  leaseDurationSeconds: number;
  /** The holder gives up when it could not renew for so long: less than the duration. */
  renewDeadlineSeconds: number;
  /** Between two attempts to have the lease, or to renew it. */
  retryPeriodSeconds: number;
}

/** As kube-scheduler has them, but for the name: the two must not take turns. */
export const DEFAULT_LEASE: LeaseSettings = {
  namespace: 'kube-system',
  name: 'coset',
  leaseDurationSeconds: 15,
  renewDeadlineSeconds: 10,
  retryPeriodSeconds: 2,
};

/** Who waits asks again after up to so many times the period, so that not all ask at once. */
export const RETRY_JITTER = 1.2;

/** Of the lease at the API server. */
export function leasePath({ namespace, name }: Pick<LeaseSettings, 'namespace' | 'name'>): string {
  const [inNamespace, called] = [namespace, name].map(encodeURIComponent);
  return `/apis/coordination.k8s.io/v1/namespaces/${inNamespace}/leases/${called}`;
}

/** A time in milliseconds since 1970 as leases have it: in microseconds, as the API server wants them. */
export function leaseTime(now: number): string {
  return new Date(now).toISOString().replace('Z', '000Z');
}

/** As it travels. */
export interface Lease extends ApiObject {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}
