// Deletes what a workload has left behind, so that the next one has the API server to itself.
import type { ApiObject } from '../../src/model/types.ts';
import { until } from '../../test/cluster/processes.ts';
import { each, unless, type Objects } from './objects.ts';

const GONE_SECONDS = 60;

/** Of everything that was created through `objects`, and of the claims that a controller made for it. */
export async function cleanUp(objects: Objects): Promise<void> {
  const { client, paths } = objects;
  const claims = [...paths].flatMap((path) => {
    const [, namespace] = /^\/api\/v1\/namespaces\/([^/]+)\/pods$/.exec(path) ?? [];
    return namespace === undefined ? [] : [`/apis/resource.k8s.io/v1/namespaces/${namespace}/resourceclaims`];
  });
  // pods first, so that no more claims are made for them
  const all = [...paths].sort((a, b) => Number(b.endsWith('/pods')) - Number(a.endsWith('/pods')));
  for (const path of new Set([...all, ...claims])) {
    await until(`${path} is empty`, GONE_SECONDS, async () => {
      await client.text('DELETE', `${path}?gracePeriodSeconds=0`);
      const { items } = await client.json<{ items: ApiObject[] }>('GET', path);
      await each(items.length, (n) => release(objects, path, items[n]!));
      return items.length === 0 ? true : undefined;
    });
  }
  paths.clear();
}

/** What a finalizer holds goes without it. */
async function release({ client }: Objects, path: string, object: ApiObject): Promise<void> {
  if (object.metadata!.finalizers === undefined) return;
  const released = { ...object, metadata: { ...object.metadata, finalizers: [] } };
  await client
    .text('PUT', `${path}/${object.metadata!.name}`, released)
    .catch(unless(404))
    .catch(unless(409));
}
