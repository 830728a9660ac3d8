// The protocol of active replicas: its states by example, and thousands of histories at random in which no node is ever
// decided by two.
import { describe, expect, it } from 'vitest';
import {
  advance,
  emptyState,
  hasReached,
  isAgreed,
  later,
  left,
  newestView,
  phaseOf,
  usesNode,
  usesPod,
  type FleetState,
  type Word,
} from '../../../src/kube/fleet/protocol.ts';
import { nodeOwner } from '../../../src/kube/fleet/view.ts';
import { Chance } from '../../simulation/chance.ts';

const NODES = Array.from({ length: 12 }, (_, n) => `node-${n}`);

const QUIET: Word = {
  isClear: true,
  silent: [],
  mayTakeTurn: false,
  isTurnOver: false,
  renews: false,
};

/** The state after each of them has said its word, in their order. */
function after(state: FleetState, ...words: [string, Partial<Word>?][]): FleetState {
  return words.reduce((before, [me, word]) => advance(before, me, { ...QUIET, ...word }), state);
}

const used = (state: FleetState, me: string) => NODES.filter((node) => usesNode(state, me, node));

/** A fleet whose members all act by its newest view. */
function fleetOf(...names: string[]): FleetState {
  const joined = after(emptyState(false), ...names.map((name): [string] => [name]));
  return after(joined, ...names.map((name): [string] => [name]));
}

describe('a fleet', () => {
  it('of one has all nodes', () => {
    const state = fleetOf('a');
    expect(phaseOf(state, 'a')).toBe('shard');
    expect(used(state, 'a')).toEqual(NODES);
    expect(usesPod(state, 'a', 'a pod')).toBe(true);
  });

  it('has each node decided by one member when all act by one view', () => {
    const state = fleetOf('a', 'b', 'c');
    const shards = ['a', 'b', 'c'].map((name) => used(state, name));
    expect(shards.flat().sort()).toEqual([...NODES].sort());
    expect(shards.every((shard) => shard.length > 0)).toBe(true);
  });

  it('has a new member use nothing before the others act by the view that has it', () => {
    const state = after(fleetOf('a'), ['b']);
    expect(used(state, 'b')).toEqual([]);
    // it decides nothing until it has taken the new view, which it does when nothing is under way
    expect(phaseOf(state, 'a')).toBe('none');
    const busy = after(state, ['a', { isClear: false }]);
    expect(busy).toBe(state);
    const agreed = after(state, ['a', { podsVersion: '7' }]);
    expect(agreed.podsVersion).toBe('7');
    expect(used(agreed, 'b').length).toBeGreaterThan(0);
    expect([...used(agreed, 'a'), ...used(agreed, 'b')].sort()).toEqual([...NODES].sort());
  });

  it('goes on with the nodes that do not move while a member is busy', () => {
    const joined = after(fleetOf('a', 'b'), ['c']);
    // b still decides by the view without c
    const state = after(joined, ['a']);
    const before = fleetOf('a', 'b');
    expect(used(state, 'a')).toEqual(
      NODES.filter((node) => nodeOwner(newestView(state), node) === 'a' && usesNode(before, 'a', node)),
    );
    expect(used(state, 'c')).toEqual(
      NODES.filter((node) => nodeOwner(newestView(state), node) === 'c' && usesNode(before, 'a', node)),
    );
  });

  it('leaves the nodes of a silent member to the others, who list what it may have bound', () => {
    const state = after(fleetOf('a', 'b', 'c'), ['a', { silent: ['b'] }]);
    expect(newestView(state).members).toEqual(['a', 'c']);
    expect(state.lapsed).toBe(state.version);
    const agreed = after(state, ['a'], ['c']);
    expect([...used(agreed, 'a'), ...used(agreed, 'c')].sort()).toEqual([...NODES].sort());
  });

  it('does not take the view that it makes itself while it may decide by the old one', () => {
    const state = after(fleetOf('a', 'b'), ['a', { silent: ['b'] }]);
    expect(state.members.a!.acts).toBeLessThan(state.version);
  });

  it('is left with what was bound, or so that it is listed', () => {
    const fleet = fleetOf('a', 'b');
    const clear = left(fleet, 'a', { isClear: true, podsVersion: '12' });
    expect(clear).toMatchObject({ podsVersion: '12', members: { b: {} } });
    expect(clear.lapsed).toBeUndefined();
    const unclear = left(fleet, 'a', { isClear: false, podsVersion: undefined });
    expect(unclear.lapsed).toBe(unclear.version);
  });
});

describe('a turn', () => {
  const wanting = { wants: 'turn', mayTakeTurn: true } as const;

  it('begins when all act by its view, and has all nodes', () => {
    const asked = after(fleetOf('a', 'b'), ['a', wanting]);
    expect(phaseOf(asked, 'a')).toBe('shard');
    expect(phaseOf(asked, 'b')).toBe('none');
    const agreed = after(asked, ['b']);
    expect(phaseOf(agreed, 'a')).toBe('all');
    expect(used(agreed, 'a')).toEqual(NODES);
    expect(used(agreed, 'b')).toEqual([]);
  });

  it('leaves pods where they were', () => {
    const fleet = fleetOf('a', 'b');
    const turn = after(fleet, ['a', wanting], ['b']);
    const pods = Array.from({ length: 20 }, (_, n) => `pod ${n}`);
    const ofB = (state: FleetState) => pods.filter((pod) => usesPod(state, 'b', pod));
    expect(ofB(turn)).toEqual(ofB(fleet));
    expect(ofB(fleet).length).toBeGreaterThan(0);
  });

  it('ends when nothing is under way', () => {
    const turn = after(fleetOf('a', 'b'), ['a', wanting], ['b']);
    const busy = after(turn, ['a', { isTurnOver: true, isClear: false, wants: 'turn' }]);
    expect(busy).toBe(turn);
    const ended = after(turn, ['a', { isTurnOver: true }]);
    expect(newestView(ended).turn).toBeUndefined();
    // the other one has no node before it acts by the new view
    expect(used(ended, 'b')).toEqual([]);
    expect(isAgreed(after(ended, ['b']))).toBe(true);
  });

  it('is not asked for in the turn of another one', () => {
    const turn = after(fleetOf('a', 'b'), ['a', wanting], ['b']);
    const state = after(turn, ['b', wanting]);
    expect(newestView(state).turn).toBe('a');
    expect(state.members.b!.wants).toBe('turn');
  });

  it('goes on when another member comes, and ends when its own is left out', () => {
    const turn = after(fleetOf('a', 'b'), ['a', wanting], ['b']);
    const joined = after(turn, ['c'], ['a', { isClear: false }], ['b']);
    expect(phaseOf(joined, 'a')).toBe('all');
    const alone = after(turn, ['b', { silent: ['a'] }]);
    expect(newestView(alone)).toEqual({ members: ['b'] });
  });
});

it('compares resourceVersions as numbers of any length', () => {
  expect(hasReached('10', '9')).toBe(true);
  expect(hasReached('9', '10')).toBe(false);
  expect(hasReached('10', '10')).toBe(true);
  expect(hasReached(undefined, '1')).toBe(false);
  expect(hasReached(undefined, undefined)).toBe(true);
  expect(later('99', '100')).toBe('100');
  expect(later(undefined, '5')).toBe('5');
});

/** The lease: a state, and how often it was written. */
class Store {
  state = emptyState(false);
  writes = 0;
}

const LEASE_STEPS = 30;
const RENEW_STEPS = 18;

/** A replica as Membership is one, with what it has decided and not finished. */
class Replica {
  readonly name: string;
  /** As it read the state last. */
  state: FleetState | undefined;
  seen = -1;
  endsTurn = false;
  renewedAt = -Infinity;
  readonly underWay = new Set<string>();
  readonly #renewals = new Map<string, { count: number; at: number }>();

  constructor(name: string) {
    this.name = name;
  }

  isValid(now: number): boolean {
    return this.state?.members[this.name] !== undefined && now < this.renewedAt + RENEW_STEPS;
  }

  mayDecide(now: number, node: string): boolean {
    const { state, name } = this;
    if (!this.isValid(now) || this.endsTurn || phaseOf(state!, name) === 'none') return false;
    return usesNode(state!, name, node);
  }

  look(store: Store, now: number): void {
    this.state = store.state;
    this.seen = store.writes;
    if (newestView(this.state).turn !== this.name) this.endsTurn = false;
    for (const [name, { renewals }] of Object.entries(this.state.members))
      if (this.#renewals.get(name)?.count !== renewals)
        this.#renewals.set(name, { count: renewals, at: now });
  }

  /** Says its word to what it has read. Returns what it would write. */
  word(now: number, chance: number): FleetState {
    this.endsTurn ||= newestView(this.state!).turn === this.name && chance < 0.3;
    const silent = [...this.#renewals].filter(([, { at }]) => now >= at + LEASE_STEPS).map(([name]) => name);
    return advance(this.state!, this.name, {
      isClear: this.underWay.size === 0,
      wants: chance < 0.7 ? 'turn' : undefined,
      silent,
      mayTakeTurn: chance > 0.4,
      isTurnOver: this.endsTurn,
      renews: true,
    });
  }
}

describe('in any order of what its members do', () => {
  const runs = Array.from({ length: 40 }, (_, n) => n);

  it.each(runs)('no node is decided by two (seeds from %i)', (run) => {
    let decided = 0;
    let turns = 0;
    for (let seed = run * 25; seed < (run + 1) * 25; seed++) {
      const chance = new Chance(seed);
      const store = new Store();
      const replicas = new Map<string, Replica>();
      for (let now = 0; now < 150; now++) {
        const draw = (what: string) => chance.of(`${now} ${what}`);
        const slot = `s${Math.floor(draw('slot') * 3)}`;
        let replica = replicas.get(slot);
        if (replica === undefined || draw('crash') < 0.01)
          replicas.set(slot, (replica = new Replica(`${slot}-${now}`)));
        step(replica, store, now, draw);
        if (replica.state !== undefined && phaseOf(replica.state, replica.name) === 'all') turns++;
        decided += decideSome(replica, replicas, now, draw);
      }
    }
    expect(decided).toBeGreaterThan(100);
    expect(turns).toBeGreaterThan(0);
  });

  /** What one replica does now: it reads and writes, finishes something, or nothing. */
  function step(replica: Replica, store: Store, now: number, draw: (what: string) => number): void {
    if (draw('finish') < 0.7) replica.underWay.clear();
    if (draw('look') < 0.2 && replica.state !== undefined) return;
    replica.look(store, now);
    const isLost = replica.renewedAt > -Infinity && !replica.isValid(now);
    if (isLost) return;
    const after = replica.word(now, draw('word'));
    // somebody may write in between
    if (after === replica.state || draw('outrun') < 0.1) return;
    store.state = after;
    store.writes++;
    // the answer may be lost
    if (draw('lost') < 0.1) return;
    replica.renewedAt = now;
    replica.look(store, now);
  }

  function decideSome(
    replica: Replica,
    replicas: ReadonlyMap<string, Replica>,
    now: number,
    draw: (what: string) => number,
  ): number {
    let decided = 0;
    for (const node of NODES) {
      if (!replica.mayDecide(now, node)) continue;
      for (const other of replicas.values()) {
        if (other === replica) continue;
        expect(other.mayDecide(now, node), `${replica.name} and ${other.name} both have ${node}`).toBe(false);
        const isUnderWay = other.isValid(now) && other.underWay.has(node);
        expect(isUnderWay, `${replica.name} has ${node}, on which ${other.name} has decided`).toBe(false);
      }
      if (draw(node) > 0.3) continue;
      replica.underWay.add(node);
      decided++;
    }
    return decided;
  }
});
