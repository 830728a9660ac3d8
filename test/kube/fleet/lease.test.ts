import { describe, expect, it } from 'vitest';
import {
  FLEET_ANNOTATION,
  FLEET_HOLDER,
  leaseWith,
  newLease,
  stateIn,
} from '../../../src/kube/fleet/lease.ts';
import { advance, emptyState, left } from '../../../src/kube/fleet/protocol.ts';
import { DEFAULT_LEASE, type Lease } from '../../../src/model/lease.ts';

const NOW = '2026-01-01T00:00:00.000000Z';
const word = { isClear: true, silent: [], mayTakeTurn: false, isTurnOver: false, renews: true };
const one = advance(emptyState(false), 'a', word);
const written = (state = one) => leaseWith(newLease(DEFAULT_LEASE), state, DEFAULT_LEASE, NOW);

function holding(annotation: unknown): Lease {
  const text = typeof annotation === 'string' ? annotation : JSON.stringify(annotation);
  return {
    metadata: { annotations: { [FLEET_ANNOTATION]: text } },
    spec: { holderIdentity: FLEET_HOLDER },
  };
}

describe('the lease of a fleet', () => {
  it('says what was written', () => {
    const lease = written();
    expect(lease.spec).toMatchObject({ holderIdentity: FLEET_HOLDER, renewTime: NOW, acquireTime: NOW });
    expect(stateIn(JSON.parse(JSON.stringify(lease)) as Lease, false)).toEqual(one);
  });

  it('is free when the last member has left', () => {
    const lease = written(left(one, 'a', { isClear: true, podsVersion: undefined }));
    expect(lease.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
  });

  it('is taken when nobody holds it, or who held it is silent: what that one has bound is not known', () => {
    const other: Lease = { ...holding(one), spec: { holderIdentity: 'a leader' } };
    expect(stateIn(other, false)).toBeUndefined();
    expect(stateIn(other, true)).toEqual(emptyState(true));
    expect(stateIn({ ...other, spec: { holderIdentity: '' } }, false)).toEqual(emptyState(false));
  });

  it.each([
    ['no text', ''],
    ['no state', {}],
    ['a member that acts by no view', { ...one, members: { a: { renewals: 0, acts: 7 } } }],
    ['no newest view', { ...one, version: 9 }],
    ['members that are none', { ...one, members: [] }],
    ['a view without members', { ...one, views: { [one.version]: {} } }],
    ['a count that is none', { ...one, members: { a: { renewals: -1, acts: one.version } } }],
  ])('that says %s is not understood', (_, annotation) => {
    expect(() => stateIn(holding(annotation), false)).toThrow(
      'its annotation coset/fleet cannot be understood',
    );
  });
});
