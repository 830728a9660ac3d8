// The Lease of a fleet: who holds it, and what its annotation says of the members.
import type { Lease, LeaseSettings } from '../../model/lease.ts';
import { emptyState, type FleetState, type Member } from './protocol.ts';
import type { View } from './view.ts';

/** Who holds the lease of replicas that are all active: they together. One that schedules alone waits for them, and they for it. */
export const FLEET_HOLDER = 'active-replicas';
export const FLEET_ANNOTATION = 'coset/fleet';

/**
 * What the lease says of the fleet; undefined while another one holds it. `hasExpired`: it was not renewed for as long as it
 * says. Throws when it cannot be understood.
 */
export function stateIn({ spec, metadata }: Lease, hasExpired: boolean): FleetState | undefined {
  const holder = spec?.holderIdentity;
  if (holder === FLEET_HOLDER) return parsed(metadata?.annotations?.[FLEET_ANNOTATION]);
  if (!holder) return emptyState(false);
  return hasExpired ? emptyState(true) : undefined;
}

/** Where there is none. Who may make leases makes it. */
export function newLease({ namespace, name }: LeaseSettings): Lease {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace, name } };
}

/** The lease with this state, as it is written at `now`, in RFC 3339. */
export function leaseWith(
  lease: Lease,
  state: FleetState,
  { leaseDurationSeconds }: LeaseSettings,
  now: string,
): Lease {
  const { spec, metadata } = lease;
  const isHeld = Object.keys(state.members).length > 0;
  const begins = isHeld && spec?.holderIdentity !== FLEET_HOLDER;
  const seconds = Math.max(1, Math.trunc(leaseDurationSeconds));
  return {
    ...lease,
    metadata: {
      ...metadata,
      annotations: { ...metadata?.annotations, [FLEET_ANNOTATION]: JSON.stringify(state) },
    },
    spec: {
      ...spec,
      holderIdentity: isHeld ? FLEET_HOLDER : '',
      leaseDurationSeconds: isHeld ? seconds : 1,
      acquireTime: begins ? now : spec?.acquireTime,
      renewTime: now,
      leaseTransitions: (spec?.leaseTransitions ?? 0) + (begins ? 1 : 0),
    },
  };
}

function parsed(text: string | undefined): FleetState {
  let state: unknown;
  try {
    state = JSON.parse(text ?? '');
  } catch {
    state = undefined;
  }
  if (!isState(state)) throw new Error(`its annotation ${FLEET_ANNOTATION} cannot be understood`);
  return state;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function isState(value: unknown): value is FleetState {
  if (!isObject(value)) return false;
  const { version, views, members, podsVersion, lapsed } = value;
  if (!isCount(version) || !isObject(views) || !isObject(members)) return false;
  const isThere = (one: unknown) => isCount(one) && Object.hasOwn(views, one);
  return (
    isThere(version) &&
    Object.values(views).every(isView) &&
    Object.values(members).every((member) => isMember(member) && isThere(member.acts)) &&
    (podsVersion === undefined || isText(podsVersion)) &&
    (lapsed === undefined || isCount(lapsed))
  );
}

function isView(value: unknown): value is View {
  if (!isObject(value)) return false;
  const { members, turn } = value;
  return Array.isArray(members) && members.every(isText) && (turn === undefined || isText(turn));
}

function isMember(value: unknown): value is Member {
  if (!isObject(value)) return false;
  return isCount(value.renewals) && isCount(value.acts);
}
