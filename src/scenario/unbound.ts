// Claims that get a volume before their pod is scheduled: a cluster sees to that, and a plan has nobody who does.
import { objectKey, type PersistentVolumeClaim, type Pod, type Scenario } from '../model/types.ts';

/** What the plan supposes of pending pods whose claims are to be bound at once and are not, as one sentence. */
export function unboundNotices({ pending, objects }: Scenario): string[] {
  const claims = new Map<string, PersistentVolumeClaim>();
  const waiting = new Set<string | undefined>();
  for (const object of objects) {
    if (object.kind === 'PersistentVolumeClaim') claims.set(objectKey(object), object);
    const { volumeBindingMode } = object as { volumeBindingMode?: string };
    if (object.kind === 'StorageClass' && volumeBindingMode === 'WaitForFirstConsumer')
      waiting.add(object.metadata?.name);
  }
  const isImmediate = (claim: PersistentVolumeClaim) => !isBound(claim) && !waiting.has(classOf(claim));
  let pods = 0;
  let first = '';
  for (const pod of pending) {
    const namespace = pod.metadata?.namespace ?? 'default';
    const found = claimNamesOf(pod).flatMap((name) => claims.get(`${namespace}/${name}`) ?? []);
    const unbound = found.find(isImmediate);
    if (unbound === undefined) continue;
    if (++pods > 1) continue;
    const name = classOf(unbound);
    const of = name === '' ? 'it is of no storage class' : `its storage class ${name} binds at once`;
    first = `pod ${objectKey(pod)}: its claim ${objectKey(unbound)} has no volume yet, and ${of}`;
  }
  if (pods === 0) return [];
  const others = pods === 1 ? '' : ` (and so for ${pods - 1} more)`;
  return [`${first}: the plan supposes that it gets none, and the pod waits for it${others}`];
}

function claimNamesOf({ metadata, spec }: Pod): string[] {
  return (spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) =>
    persistentVolumeClaim ? persistentVolumeClaim.claimName : ephemeral ? `${metadata?.name}-${name}` : [],
  );
}

function isBound({ metadata, spec }: PersistentVolumeClaim): boolean {
  return (
    Boolean(spec?.volumeName) && metadata?.annotations?.['pv.kubernetes.io/bind-completed'] !== undefined
  );
}

function classOf({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName ?? '';
}
