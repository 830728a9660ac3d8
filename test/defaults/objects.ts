// Pods and classes of tests, as people write them.
import type { ApiObject, Pod } from '../../src/model/types.ts';
import { admit, factsOf, setDefaults, type Refusal } from '../../src/defaults/index.ts';

export function podWith(
  spec: Partial<NonNullable<Pod['spec']>>,
  metadata: NonNullable<Pod['metadata']> = {},
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'pod', namespace: 'default', ...metadata },
    spec: { containers: [{ name: 'main' }], ...spec },
  };
}

export function object(kind: string, name: string, fields: object = {}): ApiObject {
  return { kind, metadata: { name, namespace: 'default' }, ...fields };
}

/** The pod as an API server with these objects would store it, and what it would refuse of it. */
export function created(sent: Pod, objects: ApiObject[] = []): { pod: Pod; refusals: Refusal[] } {
  const pod = JSON.parse(JSON.stringify(sent)) as Pod;
  for (const one of [...objects, pod]) setDefaults(one);
  return { pod, refusals: admit(pod, factsOf(objects)) };
}
