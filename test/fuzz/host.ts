// The scheduler without its network: feeds, cluster, queue, cycle and kernel, to which a watch tells whatever it likes.
import { defaultConfiguration } from '../../src/config/configuration.ts';
import { SchedulingCycle } from '../../src/cycle/cycle.ts';
import type { Outcome, Placement } from '../../src/cycle/outcome.ts';
import { loadKernel } from '../../src/kernel/builds.ts';
import type { WatchHandler } from '../../src/kube/reflector.ts';
import { OTHER_RESOURCES } from '../../src/kube/resources.ts';
import { schedulerNameOf, type ApiObject } from '../../src/model/types.ts';
import type { SharedEvent } from '../../src/queue/types.ts';
import { SchedulingQueue } from '../../src/queue/scheduling-queue.ts';
import { NodeFeed } from '../../src/run/node-feed.ts';
import { ObjectFeed } from '../../src/run/object-feed.ts';
import { PodFeed } from '../../src/run/pod-feed.ts';
import { Cluster } from '../../src/state/cluster.ts';
import { differences } from '../state/audit.ts';

export class Host {
  readonly cluster: Cluster;
  readonly queue: SchedulingQueue;
  readonly feeds: ReadonlyMap<string, WatchHandler<ApiObject>>;
  /** Whether nothing was allocated in linear memory that is not free again is told by this. */
  readonly kernel = loadKernel();
  readonly #cycle: SchedulingCycle;
  readonly #placements: Placement[] = [];
  #nowMs = 0;

  constructor() {
    const configuration = defaultConfiguration();
    const { registry } = configuration;
    const profiles = new Map(configuration.profiles.map((profile) => [profile.schedulerName, profile]));
    this.cluster = new Cluster(this.kernel.arena, registry, 1);
    const { cluster } = this;
    this.queue = new SchedulingQueue({
      now: () => this.#nowMs,
      initialBackoffMs: 1000,
      maxBackoffMs: 10_000,
      helps: (event, pod, plugins) => {
        const profile = profiles.get(schedulerNameOf(pod));
        return profile?.registry.helps(event, pod, plugins, { cluster, profile }) ?? false;
      },
    });
    const { queue } = this;
    this.#cycle = new SchedulingCycle({
      ...{ kernel: this.kernel, cluster, queue, profiles },
      binder: { bind: (placement) => void this.#placements.push(placement) },
    });
    const notify = (event: SharedEvent): void => void queue.event(event);
    const onRefused = (): void => undefined;
    const kinds = [...OTHER_RESOURCES, ...registry.objects].map(({ kind }) => kind);
    this.feeds = new Map<string, WatchHandler<ApiObject>>([
      ...kinds.map((kind) => [kind, new ObjectFeed({ kind, cluster, notify, onRefused })] as const),
      ['Node', new NodeFeed({ cluster, notify, onRefused, keepsWhole: false, fields: registry.nodeFields })],
      [
        'Pod',
        new PodFeed({
          ...{ cluster, queue, notify, onRefused, cycle: this.#cycle },
          isElsewhere: () => false,
          isOurs: (name) => profiles.has(name),
          uidInBinding: (key) => this.#placements.find(({ pod }) => pod.key === key)?.pod.uid,
        }),
      ],
    ]);
  }

  /** One cycle after so long, whose pods are bound at once. */
  cycle(afterMs = 20_000): Outcome[] {
    this.#nowMs += afterMs;
    this.cluster.now = this.#nowMs;
    const outcomes = [...this.#cycle.run()];
    for (const { pod } of this.#placements) {
      this.#cycle.bound(pod.key);
      this.cluster.dropPending(pod.key);
    }
    this.#placements.length = 0;
    return outcomes;
  }

  /** What the cluster keeps otherwise than it would from a fresh packing. */
  differences(): string[] {
    return differences(this.cluster);
  }

  /** Lists without anything: all is gone. */
  forgetAll(): void {
    for (const kind of ['Pod', ...[...this.feeds.keys()].filter((kind) => kind !== 'Pod')])
      this.feeds.get(kind)!.list().end();
  }
}
