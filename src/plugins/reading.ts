// What plugins read of a pod, as texts: the part of its class key for a plugin that has none of its own.
import type { Container, Pod } from '../model/types.ts';
import type { ContainerField } from './fields.ts';
import type { Features, PluginContext, Reads } from './plugin.ts';

/** All that is read; undefined where that is nothing. */
export function readBy(reads: Reads, pod: Pod, context: PluginContext): Partial<Features> | undefined {
  const { metadata, spec } = pod;
  const read: unknown[] = [
    reads.spec?.map((field) => spec?.[field]),
    reads.containers &&
      [spec?.initContainers, spec?.containers].map((list) =>
        list?.map((one) => fieldsOf(one, reads.containers!)),
      ),
    reads.labels?.map((key) => metadata?.labels?.[key]),
    reads.annotations?.map((key) => metadata?.annotations?.[key]),
    reads.digest?.(pod, context),
  ];
  return read.every((part) => part === undefined) ? undefined : { rule: JSON.stringify(read) };
}

function fieldsOf(container: Container, fields: readonly ContainerField[]): unknown[] {
  return fields.map((field) => (field === 'requests' ? container.resources?.requests : container[field]));
}
