// createNodes: nodes of a template, with what the strategy of the operation adds to each.
import type { ApiObject, Node } from '../../src/model/types.ts';
import type { Operation } from './cases.ts';
import { each, type Objects } from './objects.ts';
import { templateAt, type Template } from './templates.ts';

/** Where an operation names no template. */
const BASE: Template<Node> = () => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { generateName: 'node-' },
  status: {
    capacity: { pods: '110', cpu: '4', memory: '32Gi' },
    conditions: [{ type: 'Ready', status: 'True' }],
  },
});

/** `at` is the number of the operation, which makes names its own. */
export async function createNodes(objects: Objects, operation: Operation, at: number): Promise<void> {
  const count = operation.count!;
  const template =
    operation.nodeTemplatePath === undefined ? BASE : templateAt<Node>(operation.nodeTemplatePath);
  const { nodeAllocatableStrategy: strategy } = operation;
  await each(count, async (n) => {
    const node = template({ ...operation.templateParams, Index: n, Count: count });
    const name = node.metadata!.name ?? `${node.metadata!.generateName}${at}-${n}`;
    const labels = { ...node.metadata!.labels, 'kubernetes.io/hostname': name, ...labelOf(operation, n) };
    const { capacity, allocatable = capacity } = node.status!;
    await objects.createAt('/api/v1/nodes', {
      ...node,
      metadata: { name, labels },
      status: { ...node.status, allocatable: { ...allocatable, ...strategy?.nodeAllocatable } },
    } as Node);
    if (strategy !== undefined)
      await objects.createAt('/apis/storage.k8s.io/v1/csinodes', csiNode(name, strategy));
  });
}

function labelOf({ labelNodePrepareStrategy: strategy }: Operation, n: number): Record<string, string> {
  if (strategy === undefined) return {};
  return { [strategy.labelKey]: strategy.labelValues[n % strategy.labelValues.length]! };
}

function csiNode(
  name: string,
  { csiNodeAllocatable, migratedPlugins = [] }: NonNullable<Operation['nodeAllocatableStrategy']>,
): ApiObject {
  const drivers = Object.entries(csiNodeAllocatable).map(([driver, allocatable]) => ({
    name: driver,
    nodeID: name,
    allocatable,
  }));
  const annotations = { 'storage.alpha.kubernetes.io/migrated-plugins': migratedPlugins.join(',') };
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: { name, annotations },
    spec: { drivers },
  } as ApiObject;
}
