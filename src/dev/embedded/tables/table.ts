// Tables: what kubectl prints without -o.
import type { ApiObject } from '../../../model/types.ts';
import type { Resource } from '../schema/resources.ts';
import { AGE, NAME, type Column } from './column.ts';
import { CLUSTER_COLUMNS } from './cluster.ts';
import { POD_COLUMNS } from './pods.ts';
import { STORAGE_COLUMNS } from './storage.ts';
import { WORKLOAD_COLUMNS } from './workloads.ts';

export interface TableOptions {
  /** What of its object goes with each row. */
  include: 'Metadata' | 'None' | 'Object';
  /** Whether the columns are told; further events of a watch leave them out. */
  columns: boolean;
}

const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  Pod: POD_COLUMNS,
  ...WORKLOAD_COLUMNS,
  ...CLUSTER_COLUMNS,
  ...STORAGE_COLUMNS,
};

/** The objects as a meta.k8s.io/v1 Table. */
export function toTable(
  resource: Resource,
  objects: ApiObject[],
  metadata: object,
  options: TableOptions = { include: 'Metadata', columns: true },
): object {
  const columns = COLUMNS[resource.kind] ?? [NAME, AGE];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: options.columns ? columns.map(definition) : null,
    rows: objects.map((object) => ({
      cells: columns.map(({ cell }) => cell(object)),
      ...rowObject(object, options.include),
    })),
  };
}

function definition({ name, priority }: Column): object {
  return { name, type: 'string', format: name === 'Name' ? 'name' : '', description: name, priority };
}

function rowObject(object: ApiObject, include: TableOptions['include']): object {
  if (include === 'None') return {};
  if (include === 'Object') return { object };
  const { metadata } = object;
  return { object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata } };
}
