// A class's correspondence, kept true while devices are taken and given back, says what one that is determined anew says.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ClassIndex, type EquivalenceClass } from '../../src/classes/class-index.ts';
import { defaultConfiguration } from '../../src/config/configuration.ts';
import { Correspondence } from '../../src/determination/correspondence.ts';
import { dynamicResources } from '../../src/devices/plugin.ts';
import type { DeviceRequest, ResourceClaim, ResourceSlice } from '../../src/devices/types.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import { Matches } from '../../src/kernel/program/match.ts';
import { objectKey, type Pod } from '../../src/model/types.ts';
import { clusterOf } from '../../src/planner/plan.ts';
import { inTree } from '../../src/plugins/in-tree.ts';
import type { Reservation } from '../../src/plugins/plugin.ts';
import { reserve } from '../../src/plugins/registry.ts';
import { answersOf } from '../cycle/answers.ts';
import { KERNELS } from '../kernel/kernels.ts';
import { node, pod } from '../run/fixtures.ts';
import {
  allocated,
  claim,
  deviceClass,
  devices,
  DRIVER,
  firstOf,
  replica,
  request,
  selecting,
  slice,
} from './objects.ts';

const NODES = Array.from({ length: 6 }, (_, n) => `node-${n}`);
const ZONE = 'topology.kubernetes.io/zone';

const large = selecting(`device.attributes["${DRIVER}"].model == "large"`);
/** What a template's claims ask for. */
const REQUESTS: Readonly<Record<string, DeviceRequest[]>> = {
  plain: [request('gpu')],
  pair: [request('gpu', { count: 2 })],
  large: [request('gpu', large)],
  choice: [firstOf('gpu', { large: { ...large, count: 2 }, any: {} })],
  spread: [request('gpu')],
  // takes nothing of what it looks at
  admin: [request('gpu', { ...large, adminAccess: true })],
  part: [request('gpu', selecting('"size" in device.attributes["part.example.com"]'))],
};
const KINDS = Object.keys(REQUESTS);

/** Three devices, of which so many are large. */
function own(name: string, larges: number): ResourceSlice {
  const models = ['a', 'b', 'c'].map((id, n) => ({
    name: id,
    attributes: { model: { string: n < larges ? 'large' : 'small' } },
  }));
  return slice(name, models);
}

const rack = slice('rack', devices('x', 'y'), {
  nodeName: undefined,
  nodeSelector: {
    nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: 'In', values: ['zone-0'] }] }],
  },
});

/** A card that is whole, or two halves. */
function card(name: string): ResourceSlice[] {
  const pool = { name: `card-${name}`, generation: 1, resourceSliceCount: 2 };
  const of = { driver: 'part.example.com', pool };
  const part = (id: string, memory: string) => ({
    name: id,
    attributes: { size: { string: memory } },
    consumesCounters: [{ counterSet: 'card', counters: { memory: { value: memory } } }],
  });
  const counters = [{ name: 'card', counters: { memory: { value: '8Gi' } } }];
  return [
    slice(name, [], { ...of, devices: undefined, sharedCounters: counters }, `card-${name}-counters`),
    slice(name, [part('whole', '8Gi'), part('half-0', '4Gi'), part('half-1', '4Gi')], of, `card-${name}`),
  ];
}

function replicaOf(kind: string, serial: number): { pod: Pod; claim: ResourceClaim } {
  const { pod, claim } = replica(`${kind}-${serial}`, REQUESTS[kind]!);
  const isSpread = kind === 'spread' || kind === 'admin';
  const labelSelector = { matchLabels: { app: 'spread' } };
  const constraint = { maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule', labelSelector };
  const labels = { app: isSpread ? 'spread' : 'other' };
  return {
    claim,
    pod: {
      ...pod,
      metadata: { ...pod.metadata, labels },
      spec: { ...pod.spec!, ...(isSpread && { topologySpreadConstraints: [constraint] }) },
    },
  };
}

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ assign: fc.nat(KINDS.length - 1), pods: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ release: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ write: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ take: fc.nat(5), device: fc.constantFrom('a', 'b', 'c') }) },
  { weight: 2, arbitrary: fc.record({ free: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ slice: fc.nat(5), larges: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ fill: fc.nat(5) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Placed {
  key: string;
  claim: ResourceClaim;
  node: string;
  reservations: readonly Reservation[];
}

class World {
  readonly live = new Map<string, Correspondence>();
  readonly #kernel: Kernel;
  readonly #profile = defaultConfiguration(inTree.with([dynamicResources])).profiles[0]!;
  readonly #cluster;
  readonly #classes: ClassIndex;
  readonly #placed: Placed[] = [];
  readonly #taken: string[] = [];
  #serial = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#classes = new ClassIndex(kernel);
    const nodes = NODES.map((name, n) => {
      const made = node(name, { pods: '5' });
      return {
        ...made,
        metadata: { ...made.metadata, labels: { ...made.metadata?.labels, [ZONE]: `zone-${n % 2}` } },
      };
    });
    const slices = NODES.flatMap((name, n) => [own(name, n % 4), ...(n % 2 === 0 ? card(name) : [])]);
    const objects = [deviceClass('gpu'), rack, ...slices];
    const waiting = replicaOf('spread', -1);
    const scenario = { nodes, pods: [], objects: [...objects, waiting.claim], pending: [waiting.pod] };
    // the labels that selectors read are the same throughout
    this.#cluster = clusterOf(scenario, kernel, 1, this.#profile.registry);
  }

  determined(equivalenceClass: EquivalenceClass, master: Pod): Correspondence {
    const deps = { kernel: this.#kernel, matches: new Matches(this.#kernel), withDetail: true };
    return new Correspondence(deps, equivalenceClass, master);
  }

  happen(action: Step): void {
    const cluster = this.#cluster;
    const at = <T>(list: T[], n: number): T | undefined => list.splice(n % Math.max(1, list.length), 1)[0];
    if ('assign' in action) this.#assign(KINDS[action.assign]!, action.pods);
    else if ('release' in action) {
      const placed = at(this.#placed, action.release);
      for (const reservation of placed?.reservations ?? []) reservation.release();
      if (placed !== undefined) cluster.removePod(placed.key);
    } else if ('write' in action) {
      // its devices are written, and stay with the claim
      const placed = this.#placed[action.write % Math.max(1, this.#placed.length)];
      if (placed !== undefined) cluster.setObject(allocated(placed.claim, placed.node, 'a'), true);
    } else if ('take' in action) {
      const name = `other-${this.#serial++}`;
      this.#taken.push(name);
      cluster.setObject(allocated(claim(name), NODES[action.take]!, action.device), true);
    } else if ('free' in action) {
      const name = at(this.#taken, action.free);
      if (name !== undefined) cluster.setObject(claim(name), action.free % 2 === 0);
    } else if ('slice' in action) {
      cluster.setObject(own(NODES[action.slice]!, action.larges), true);
    } else {
      const filling = pod(`filling-${this.#serial++}`);
      cluster.setPod({ ...filling, spec: { ...filling.spec!, nodeName: NODES[action.fill]! } });
    }
  }

  #assign(kind: string, pods: number): void {
    const cluster = this.#cluster;
    const context = { cluster, profile: this.#profile };
    for (let n = 0; n < pods; n++) {
      const { pod: next, claim: made } = replicaOf(kind, this.#serial++);
      cluster.setObject(made, true);
      const equivalenceClass = this.#classes.of(next, context);
      let known = this.live.get(kind);
      if (known === undefined) {
        // one that is not placed itself
        const master = replicaOf(kind, this.#serial++);
        cluster.setObject(master.claim, true);
        this.live.set(kind, (known = this.determined(equivalenceClass, master.pod)));
      }
      expect(equivalenceClass).toBe(known.class);
      known.bringUpToDate(known.master);
      const [assigned] = known.assign(1);
      if (assigned === undefined) continue;
      cluster.assume(next, assigned.row, true);
      const reservations = reserve(equivalenceClass.reserving, next, assigned.node, context);
      this.#placed.push({ key: objectKey(next), claim: made, node: assigned.node, reservations });
      known.markSeen();
    }
  }
}

/** How often a correspondence was brought up to date without being determined anew. */
let kept = 0;

function run(kernel: Kernel, steps: readonly Step[]): object[] {
  const world = new World(kernel);
  const trace: object[] = [];
  for (const action of steps) {
    world.happen(action);
    for (const known of world.live.values()) {
      if (known.isCurrent) kept++;
      known.bringUpToDate(known.master);
      const fresh = world.determined(known.class, known.master);
      const answered = answersOf(known);
      expect(answered).toEqual(answersOf(fresh));
      fresh.dispose();
      trace.push(answered);
    }
  }
  return trace;
}

it(
  'equals one that is determined anew after each step, the same on all kernels',
  { timeout: 120_000 },
  () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 3, maxLength: 20, size: 'max' }), (steps) => {
        const [wanted, ...others] = KERNELS.map(({ load }) => run(load(), steps));
        for (const other of others) expect(other).toEqual(wanted);
      }),
      { seed: 5, numRuns: 150 },
    );
    expect(kept).toBeGreaterThan(1000);
  },
);
