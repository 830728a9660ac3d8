// What happens in the cluster by itself: pods and nodes come, change and go, and other schedulers bind.
import { objectKey, type ApiObject, type Node, type Pod } from '../../src/model/types.ts';
import { resourceOfPath } from '../../src/dev/embedded/schema/resources.ts';
import type { Network } from './network.ts';
import { node, NAMESPACE, pod } from './objects.ts';

/** Something that can happen: how often, beside the others, and how. `id` names this occasion. */
export interface Happening {
  weight: number;
  happen: (id: string) => void;
}

const PODS = resourceOfPath('v1', 'pods')!;
const NODES = resourceOfPath('v1', 'nodes')!;
const SERVICES = resourceOfPath('v1', 'services')!;
const NODES_MOST = 12;
const DEDICATED = { key: 'dedicated', effect: 'NoSchedule' as const };

/** New objects, as a client would send them. */
export class Creations {
  readonly #network: Network;
  readonly #hasUrgent: boolean;

  constructor(network: Network) {
    this.#network = network;
    this.#hasUrgent = network.chance.of('are there urgent pods') < 0.4;
  }

  load(object: ApiObject): void {
    // what is undefined is not there
    this.#network.server.store.load([JSON.parse(JSON.stringify(object)) as ApiObject]);
  }

  pods(id: string, count: number): void {
    const { chance } = this.#network;
    for (let n = 0; n < count; n++) {
      const isUrgent = this.#hasUrgent && chance.of(`${id} urgent ${n}`) < 0.15;
      // those that come together are of one template, as replicas are
      this.load(pod(`${nameOf(id)}-${n}`, `uid ${id} ${n}`, id, chance, isUrgent));
    }
  }
}

export function podHappenings(network: Network, creations: Creations): Record<string, Happening> {
  const { chance } = network;
  const { store } = network.server;
  const waits = ({ spec }: Pod) => !spec?.nodeName;
  const isGated = ({ spec }: Pod) => (spec?.schedulingGates?.length ?? 0) > 0;
  const chosen = (id: string, may: (one: Pod) => boolean) =>
    chance.amongst(id, store.list<Pod>('pods').filter(may), ({ metadata }) => metadata!.uid!);
  const toSome =
    (may: (one: Pod) => boolean, act: (name: string, id: string) => void) =>
    (id: string): void => {
      const name = chosen(id, may)?.metadata?.name;
      if (name !== undefined) act(name, id);
    };
  const changing = (may: (one: Pod) => boolean, changed: (old: Pod, id: string) => Pod) =>
    toSome(may, (name, id) => {
      store.modify(PODS, NAMESPACE, name, 'both', (old) => changed(old, id));
    });
  return {
    'pods are created': {
      weight: 40,
      happen: (id) => creations.pods(id, Math.floor(chance.between(`${id} count`, 1, 6))),
    },
    'a pod of another scheduler comes': {
      weight: 4,
      happen: (id) => {
        const nodeName = someNode(network, id)?.metadata?.name;
        if (nodeName === undefined) return;
        const other = pod(`${nameOf(id)}-other`, `uid ${id}`, id, chance);
        const spec = { ...other.spec!, schedulerName: 'other', nodeName, schedulingGates: undefined };
        const placed: Pod = { ...other, spec };
        creations.load(placed);
      },
    },
    'a pod is deleted': {
      weight: 14,
      happen: toSome(
        () => true,
        (name) => void store.delete(PODS, NAMESPACE, name),
      ),
    },
    'a pod is replaced': {
      weight: 5,
      happen: toSome(
        () => true,
        (name, id) => {
          store.delete(PODS, NAMESPACE, name);
          creations.load(pod(name, `uid ${id}`, id, chance));
        },
      ),
    },
    'a pod ends': {
      weight: 5,
      happen: changing(
        (one) => !waits(one),
        (old) => ({ ...old, status: { ...old.status, phase: 'Succeeded' } }),
      ),
    },
    'a gate is opened': {
      weight: 8,
      happen: changing(isGated, (old) => ({ ...old, spec: { ...old.spec!, schedulingGates: undefined } })),
    },
    'a pod is relabelled': {
      weight: 4,
      happen: changing(
        () => true,
        (old, id) => {
          const app = chance.oneOf(`${id} app`, ['web', 'spread', 'alone', 'none']);
          return { ...old, metadata: { ...old.metadata, labels: { app } } };
        },
      ),
    },
    'a pod is touched': {
      weight: 4,
      happen: changing(
        () => true,
        (old, id) => ({
          ...old,
          metadata: { ...old.metadata, annotations: { touched: id } },
        }),
      ),
    },
    'another scheduler binds': {
      weight: 4,
      happen: changing(
        (one) => waits(one) && !isGated(one),
        (old, id) => {
          const nodeName = someNode(network, id)?.metadata?.name;
          return { ...old, spec: { ...old.spec!, nodeName } };
        },
      ),
    },
  };
}

export function nodeHappenings(network: Network, creations: Creations): Record<string, Happening> {
  const { chance } = network;
  const { store } = network.server;
  const changing =
    (changed: (old: Node, id: string) => Node) =>
    (id: string): void => {
      const name = someNode(network, id)?.metadata?.name;
      if (name !== undefined) store.modify(NODES, '', name, 'both', (old) => changed(old, id));
    };
  /** What another node would have, in this one's place. */
  const another = ({ metadata }: Node, id: string) => node(`${metadata!.name} ${id}`, chance);
  return {
    'a node comes': {
      weight: 5,
      happen: (id) => {
        if (store.collection('nodes').size < NODES_MOST) creations.load(node(`node-${nameOf(id)}`, chance));
      },
    },
    'a node goes': {
      weight: 3,
      happen: (id) => {
        const name = someNode(network, id)?.metadata?.name;
        if (name !== undefined) store.delete(NODES, '', name);
      },
    },
    'a node is cordoned or not': {
      weight: 6,
      happen: changing((old) => ({ ...old, spec: { ...old.spec, unschedulable: !old.spec?.unschedulable } })),
    },
    'a node is resized': {
      weight: 4,
      happen: changing((old, id) => {
        const { allocatable } = another(old, id).status!;
        return { ...old, status: { ...old.status, allocatable } };
      }),
    },
    'a node moves': {
      weight: 2,
      happen: changing((old, id) => {
        const labels = {
          ...another(old, id).metadata!.labels,
          'kubernetes.io/hostname': old.metadata!.name!,
        };
        return { ...old, metadata: { ...old.metadata, labels } };
      }),
    },
    'a node is tainted or not': {
      weight: 4,
      happen: changing((old) => ({
        ...old,
        spec: { ...old.spec, taints: old.spec?.taints?.length ? undefined : [DEDICATED] },
      })),
    },
    'a service comes or goes': {
      weight: 3,
      happen: (id) => {
        const app = chance.oneOf(`${id} app`, ['web', 'medium', 'beside']);
        const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: app, namespace: NAMESPACE } };
        if (store.collection('services').get(`${NAMESPACE}/${app}`) !== undefined)
          store.delete(SERVICES, NAMESPACE, app);
        else creations.load({ ...service, spec: { selector: { app } } } as ApiObject);
      },
    },
  };
}

function someNode({ chance, server }: Network, id: string): Node | undefined {
  return chance.amongst(`${id} node`, server.store.list<Node>('nodes'), objectKey);
}

function nameOf(id: string): string {
  return id.replaceAll(/[^a-z0-9]+/g, '-');
}
