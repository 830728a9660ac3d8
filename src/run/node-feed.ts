// Nodes of the API server, into the cluster; and what changed about them, to the pods that wait.
import type { Node } from '../model/types.ts';
import type { Cluster } from '../state/cluster.ts';
import type { SharedEvent } from '../queue/types.ts';
import type { Listing, WatchHandler } from '../kube/reflector.ts';
import type { NodeField } from '../plugins/fields.ts';
import { listingOf } from './listing.ts';
import { takeOrRefuse, type OnRefused } from './refused.ts';

export interface NodeFeedOptions {
  cluster: Cluster;
  notify(event: SharedEvent): void;
  onRefused: OnRefused<Node>;
  /** Keep all of each node, for extenders that are sent nodes. */
  keepsWhole: boolean;
  /** What plugins read of it, when they say whether it helps. */
  fields: ReadonlySet<NodeField>;
}

export class NodeFeed implements WatchHandler<Node> {
  readonly #options: NodeFeedOptions;
  /** What waiting pods may care about of each node, or all of it, as it was last. */
  readonly #nodes = new Map<string, Node>();
  /** Nodes whose last update was refused. */
  readonly #closed = new Set<string>();

  constructor(options: NodeFeedOptions) {
    this.#options = options;
  }

  list(): Listing<Node> {
    return listingOf({
      keyOf: nameOf,
      take: (node) => this.#set(node),
      known: this.#nodes,
      drop: (_, node) => this.deleted(node),
    });
  }

  added(node: Node): void {
    this.#set(node);
  }

  modified(node: Node): void {
    this.#set(node);
  }

  deleted(node: Node): void {
    const name = nameOf(node);
    this.#nodes.delete(name);
    this.#closed.delete(name);
    this.#options.cluster.removeNode(name);
    this.#options.notify({ kind: 'Node', before: node });
  }

  /** A node as it was last, in as far as it is kept. */
  node(name: string): Node | undefined {
    return this.#nodes.get(name);
  }

  /** A node that cannot be understood as it is now takes no pods until it can: nobody knows whether it still may. */
  #set(node: Node): void {
    takeOrRefuse(
      'Node',
      node,
      (taken) => this.#take(taken),
      (refused, message) => {
        const name = nameOf(refused);
        if (this.#nodes.has(name)) this.#closed.add(name);
        this.#options.cluster.nodes.closeNode(name);
        this.#options.onRefused(refused, message);
      },
    );
  }

  #take(node: Node): void {
    const { cluster, keepsWhole, fields } = this.#options;
    const { added, changed, resized } = cluster.setNode(node);
    const isNews = added || changed || resized;
    if (!isNews && !keepsWhole) return;
    const name = nameOf(node);
    // to the pods that wait a node that takes pods again is a new one
    const before = this.#closed.delete(name) ? undefined : this.#nodes.get(name);
    const after = keepsWhole ? node : readOf(node, fields);
    this.#nodes.set(name, after);
    if (!isNews) return;
    this.#options.notify({ kind: 'Node', before, after });
  }
}

function nameOf({ metadata }: Node): string {
  return metadata?.name ?? '';
}

function readOf({ metadata, spec, status }: Node, fields: ReadonlySet<NodeField>): Node {
  const read = <T>(field: NodeField, value: T): T | undefined => (fields.has(field) ? value : undefined);
  return {
    metadata: {
      name: metadata?.name,
      labels: read('labels', metadata?.labels),
      annotations: read('annotations', metadata?.annotations),
    },
    spec: {
      taints: read('taints', spec?.taints),
      unschedulable: read('unschedulable', spec?.unschedulable),
    },
    status: {
      allocatable: read('allocatable', status?.allocatable),
      declaredFeatures: read('declaredFeatures', status?.declaredFeatures),
    },
  };
}
