// Candidates for one lease on an embedded API; each has a clock of its own, which it alone moves.
import { describe, expect, it } from 'vitest';
import { LeaderElection } from '../../src/kube/leader-election.ts';
import { DEFAULT_LEASE } from '../../src/model/lease.ts';
import type { ApiObject } from '../../src/model/types.ts';
import { systemClock, type Clock } from '../../src/kube/clock.ts';
import type { Transport } from '../../src/kube/transport.ts';
import { startHarness, type Harness } from './harness.ts';

const LEASE = /\/leases(\/coset)?$/;

interface StoredLease extends ApiObject {
  spec: {
    holderIdentity: string;
    leaseDurationSeconds: number;
    leaseTransitions: number;
    acquireTime: string;
  };
}

/** Time goes on by `advance` only, which wakes those whose time has come. */
class SteppedClock implements Clock {
  #now = 0;
  #sleepers: { until: number; wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(ms: number, due: () => void): () => void {
    const sleeper = { until: this.#now + ms, wake: due };
    this.#sleepers.push(sleeper);
    return () => (this.#sleepers = this.#sleepers.filter((one) => one !== sleeper));
  }

  turn(): Promise<void> {
    return systemClock.turn();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#sleepers.push({ until: this.#now + ms, wake: resolve });
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  advance(ms: number): void {
    this.#now += ms;
    const woken = this.#sleepers.filter(({ until }) => until <= this.#now);
    this.#sleepers = this.#sleepers.filter(({ until }) => until > this.#now);
    for (const { wake } of woken) wake();
  }
}

class Candidate {
  readonly clock = new SteppedClock();
  readonly holders: string[] = [];
  readonly errors: string[] = [];
  readonly election: LeaderElection;
  readonly #ending = new AbortController();
  /** What `run` came to. */
  end?: string;

  #unanswered = 0;

  constructor({ transport }: Harness, identity: string) {
    const counted = async (...request: Parameters<Transport['request']>) => {
      this.#unanswered++;
      return transport.request(...request).finally(() => this.#unanswered--);
    };
    this.election = new LeaderElection({
      transport: { request: counted },
      settings: DEFAULT_LEASE,
      identity,
      clock: this.clock,
      random: () => 0,
      onHolder: (holder) => this.holders.push(holder),
      onError: ({ message }) => this.errors.push(message),
    });
  }

  async start(): Promise<this> {
    void this.election.run(this.#ending.signal).then(
      () => (this.end = 'ended'),
      (error: unknown) => (this.end = (error as Error).message),
    );
    await this.#answers();
    return this;
  }

  /** Lets the time pass second by second; what is asked meanwhile is answered. */
  async advance(seconds: number): Promise<void> {
    for (let n = 0; n < seconds; n++) {
      this.clock.advance(1000);
      await this.#answers();
    }
  }

  /** Until nothing that was asked is without an answer, nor asked in consequence of one. */
  async #answers(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet = this.#unanswered === 0 ? quiet + 1 : 0)
      await new Promise((resolve) => setTimeout(resolve, 1));
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#answers();
    await this.election.release();
  }
}

function leaseIn({ embedded }: Harness): StoredLease {
  return embedded.store.collection('leases').get('kube-system/coset')!.object as unknown as StoredLease;
}

describe('the lease', () => {
  it('is made by the first, who leads, and is waited for by the second', async () => {
    const harness = await startHarness();
    const one = await new Candidate(harness, 'one').start();
    const two = await new Candidate(harness, 'two').start();
    await one.election.begun;
    expect([one, two].map(({ election }) => election.isLeading)).toEqual([true, false]);
    expect(two.election.holder).toBe('one');
    expect(leaseIn(harness).spec).toMatchObject({
      holderIdentity: 'one',
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
    });
  });

  it('is kept by who renews it', async () => {
    const harness = await startHarness();
    const one = await new Candidate(harness, 'one').start();
    const { acquireTime } = leaseIn(harness).spec;
    const two = await new Candidate(harness, 'two').start();
    for (let n = 0; n < 20; n++) {
      await one.advance(2);
      await two.advance(2);
    }
    expect([one, two].map(({ election }) => election.isLeading)).toEqual([true, false]);
    expect(leaseIn(harness).spec).toMatchObject({ acquireTime, leaseTransitions: 0 });
  });

  it('goes to the next one when it is not renewed for as long as it says', async () => {
    const harness = await startHarness();
    // its time stands still: it is stopped, or gone
    await new Candidate(harness, 'one').start();
    const two = await new Candidate(harness, 'two').start();
    await two.advance(14);
    expect(two.election.isLeading).toBe(false);
    await two.advance(3);
    expect(two.election.isLeading).toBe(true);
    expect(two.holders).toEqual(['one', 'two']);
    expect(leaseIn(harness).spec).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1 });
  });

  it('goes to the next one at once when it is released', async () => {
    const harness = await startHarness();
    const one = await new Candidate(harness, 'one').start();
    const two = await new Candidate(harness, 'two').start();
    await one.stop();
    expect(one.end).toBe('ended');
    expect(leaseIn(harness).spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
    await two.advance(3);
    expect(two.election.isLeading).toBe(true);
    expect(one.election.isLeading).toBe(false);
  });

  it('is not released by who does not hold it', async () => {
    const harness = await startHarness();
    await new Candidate(harness, 'one').start();
    const two = await new Candidate(harness, 'two').start();
    await two.stop();
    expect(leaseIn(harness).spec.holderIdentity).toBe('one');
  });

  it('is taken by one of those who ask at the same time', async () => {
    const harness = await startHarness();
    const all = ['one', 'two', 'three'].map((name) => new Candidate(harness, name));
    await Promise.all(all.map((each) => each.start()));
    expect(all.filter(({ election }) => election.isLeading)).toHaveLength(1);
    // the others were not quick enough, which is no failure
    expect(all.flatMap(({ errors }) => errors)).toEqual([]);
  });
});

describe('who leads', () => {
  it('stops leading when it cannot renew in time, and before another one may take over', async () => {
    const harness = await startHarness();
    const one = await new Candidate(harness, 'one').start();
    harness.fail('PUT', LEASE, ...Array(50).fill({ status: 500 }));
    harness.fail('GET', LEASE, ...Array(50).fill({ status: 500 }));
    await one.advance(9);
    expect(one.election.isLeading).toBe(true);
    await one.advance(1);
    expect(one.election.isLeading).toBe(false);
    await one.advance(2);
    expect(one.end).toBe('the lease kube-system/coset is lost: it could not be renewed for 10 s');
    expect(one.errors[0]).toContain('the lease kube-system/coset: a fault of status 500');
  });

  it('does not lead after a time in which it could do nothing', async () => {
    const harness = await startHarness();
    const one = await new Candidate(harness, 'one').start();
    // as after SIGSTOP: no timer has run
    harness.fail('PUT', LEASE, { delayMs: 10_000 });
    one.clock.advance(2000);
    one.clock.advance(8000);
    expect(one.election.isLeading).toBe(false);
  });

  it('does not lead again by a renewal that was answered too late', async () => {
    const harness = await startHarness();
    const one = await new Candidate(harness, 'one').start();
    harness.fail('PUT', LEASE, { delayMs: 100 });
    one.clock.advance(2000);
    await expect.poll(() => harness.requests.filter((request) => request.startsWith('PUT'))).toHaveLength(1);
    // it waits for the answer so long, by its own time, that others may have taken over
    one.clock.advance(9000);
    await expect
      .poll(() => one.end)
      .toBe('the lease kube-system/coset is lost: it could not be renewed for 10 s');
    expect(one.election.isLeading).toBe(false);
  });

  it('gets over failures that last for less', async () => {
    const harness = await startHarness();
    const one = await new Candidate(harness, 'one').start();
    harness.fail('PUT', LEASE, { status: 500 }, { drop: 'answer' });
    harness.fail('GET', LEASE, { status: 500 });
    await one.advance(20);
    expect(one.election.isLeading).toBe(true);
    expect(one.end).toBeUndefined();
  });

  /** As if somebody had edited the lease. */
  async function giveTo(holderIdentity: string, { transport, ...harness }: Harness): Promise<void> {
    const { spec, ...lease } = leaseIn({ transport, ...harness });
    const edited = { ...lease, spec: { ...spec, holderIdentity, leaseDurationSeconds: 3600 } };
    const path = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/coset';
    expect((await transport.request('PUT', path, edited)).status).toBe(200);
  }

  it('gives up when another one holds the lease after all', async () => {
    const harness = await startHarness();
    const one = await new Candidate(harness, 'one').start();
    await giveTo('thief', harness);
    await one.advance(2);
    expect(one.election.isLeading).toBe(false);
    expect(one.end).toBe('the lease kube-system/coset is lost: thief holds it');
  });

  it('takes a lease that nobody has any more again', async () => {
    const harness = await startHarness();
    const one = await new Candidate(harness, 'one').start();
    await giveTo('', harness);
    await one.advance(2);
    expect(one.election.isLeading).toBe(true);
    expect(leaseIn(harness).spec.leaseTransitions).toBe(1);
  });
});

it('says what the server refuses, and goes on asking', async () => {
  const harness = await startHarness();
  harness.fail('GET', LEASE, { status: 403 });
  const one = await new Candidate(harness, 'one').start();
  expect(one.errors).toEqual([expect.stringContaining('getting the lease kube-system/coset: ')]);
  await one.advance(2);
  expect(one.election.isLeading).toBe(true);
});
