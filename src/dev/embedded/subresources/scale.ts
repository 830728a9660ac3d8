// The scale of a Deployment, ReplicaSet, StatefulSet or ReplicationController: its number of replicas alone.
import type { Scale } from '../../../../build/kubernetes.js';
import type { ApiObject, LabelSelector } from '../../../model/types.ts';
import { selectorText } from '../tables/column.ts';
import type { AnyObject } from '../store/store.ts';

/** What the kind of a scale is decoded by. */
export const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' };

export function scaleOf(object: ApiObject): Scale {
  const { metadata = {}, spec, status } = object as AnyObject;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  const selector = spec?.['selector'] as LabelSelector | Record<string, string> | undefined;
  const isPlain = object.kind === 'ReplicationController';
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: (spec?.['replicas'] as number | undefined) ?? 1 },
    status: {
      replicas: (status?.['replicas'] as number | undefined) ?? 0,
      selector: selectorText((isPlain ? { matchLabels: selector } : selector) as LabelSelector | undefined),
    },
  };
}

/** The object with the replicas, the uid and the version that a scale states. */
export function scaled(object: ApiObject, { spec, metadata }: Scale): ApiObject {
  const { uid, resourceVersion } = metadata ?? {};
  return {
    ...object,
    metadata: { ...object.metadata, ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) },
    spec: { ...(object as AnyObject).spec, replicas: spec?.replicas ?? 0 },
  } as ApiObject;
}
