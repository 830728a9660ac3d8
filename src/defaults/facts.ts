// What admission reads of a cluster.
import { append } from '../model/by-key.ts';
import type {
  ApiObject,
  LimitRange,
  Node,
  PriorityClass,
  RuntimeClass,
  StorageClass,
} from '../model/types.ts';

/** The objects of a cluster that decide on what is created. */
export interface ClusterFacts {
  /** Beside those of the system, which are always there. */
  priorityClasses(): Iterable<PriorityClass>;
  runtimeClass(name: string): RuntimeClass | undefined;
  limitRanges(namespace: string): Iterable<LimitRange>;
  storageClasses(): Iterable<StorageClass>;
  node(name: string): Node | undefined;
}

/** Why the API server does not create an object. */
export interface Refusal {
  plugin: 'LimitRanger' | 'Priority' | 'RuntimeClass';
  message: string;
  /** The object that the pod names and the cluster does not have. */
  missing?: { kind: 'PriorityClass' | 'RuntimeClass'; name: string };
}

/** What the objects of a cluster say; they have their defaults. */
export function factsOf(objects: Iterable<ApiObject>): ClusterFacts {
  const priorityClasses: PriorityClass[] = [];
  const storageClasses: StorageClass[] = [];
  const runtimeClasses = new Map<string, RuntimeClass>();
  const nodes = new Map<string, Node>();
  const limitRanges = new Map<string, LimitRange[]>();
  for (const object of objects) {
    const { name = '', namespace = 'default' } = object.metadata ?? {};
    switch (object.kind) {
      case 'PriorityClass':
        priorityClasses.push(object);
        break;
      case 'StorageClass':
        storageClasses.push(object as StorageClass);
        break;
      case 'RuntimeClass':
        runtimeClasses.set(name, object as RuntimeClass);
        break;
      case 'Node':
        nodes.set(name, object);
        break;
      case 'LimitRange':
        append(limitRanges, namespace, object as LimitRange);
        break;
      default:
    }
  }
  return {
    priorityClasses: () => priorityClasses,
    storageClasses: () => storageClasses,
    runtimeClass: (name) => runtimeClasses.get(name),
    node: (name) => nodes.get(name),
    limitRanges: (namespace) => limitRanges.get(namespace) ?? [],
  };
}
