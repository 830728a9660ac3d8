// Volumes of a running scheduler's embedded cluster.
import type { ApiObject, PersistentVolume, PersistentVolumeClaim } from '../../src/model/types.ts';
import { resourceOfObject } from '../../src/dev/embedded/schema/resources.ts';
import { eventually, type Running } from '../run/fixtures.ts';
import { bindClaims, type VolumeApi } from './volume-controller.ts';

function volumeApi({ store }: Running): VolumeApi {
  const all = <T>(name: string) =>
    store
      .collection(name)
      .sorted()
      .map(({ object }) => object as T);
  return {
    volumes: () => Promise.resolve(all<PersistentVolume>('persistentvolumes')),
    claims: () => Promise.resolve(all<PersistentVolumeClaim>('persistentvolumeclaims')),
    createVolume(volume) {
      store.load([volume]);
      return Promise.resolve();
    },
    updateClaim(claim) {
      replace(store, claim);
      return Promise.resolve();
    },
  };
}

/** Replaces an object by its new state. */
export function replace(store: Running['store'], object: ApiObject): void {
  const resource = resourceOfObject(object)!;
  const namespace = resource.namespaced ? object.metadata!.namespace! : '';
  store.update(resource, namespace, object.metadata!.name!, object, 'main');
}

export function claimIn({ store }: Running, name: string): PersistentVolumeClaim | undefined {
  return store.collection('persistentvolumeclaims').get(`ns/${name}`)?.object;
}

export function volumeIn({ store }: Running, name: string): PersistentVolume | undefined {
  return store.collection('persistentvolumes').get(`/${name}`)?.object;
}

/** Binds claims until each of the pods has a node. */
export async function boundWithVolumes(running: Running, ...pods: string[]): Promise<void> {
  const api = volumeApi(running);
  await eventually(async () => {
    await bindClaims(api);
    const waiting = pods.filter((name) => running.nodeOf(name) === undefined);
    if (waiting.length > 0) throw new Error(`no node yet: ${waiting.join()}`);
  });
}

/** Why a pod found no node, without what preemption has to say. */
export function refusalOf(running: Running, pod: string): string | undefined {
  return running.condition(pod)?.message?.split(' preemption: ')[0];
}
