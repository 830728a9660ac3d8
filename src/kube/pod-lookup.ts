// What the API server has of one pod, when another answer does not say it.
import type { Right } from '../model/right.ts';
import type { Pod } from '../model/types.ts';
import type { Reply } from './reply.ts';
import type { Transport } from './transport.ts';

export const POD_LOOKUP_RIGHT: Right = { group: '', resource: 'pods', verbs: ['get'] };

export interface PodReference {
  namespace: string;
  name: string;
  uid: string;
}

export type PodLookup =
  | { type: 'found'; pod: Pod }
  /** The pod does not exist, or another one has taken its name. */
  | { type: 'gone'; message: string }
  /** There was no answer, or none that says either; `mayChange` when the API server may say it the next time. */
  | { type: 'unknown'; message: string; mayChange: boolean };

export function podPath({ namespace, name }: PodReference): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}`;
}

/** Reads the pod. Never throws. */
export async function lookUpPod(transport: Transport, pod: PodReference): Promise<PodLookup> {
  let reply: Reply;
  try {
    reply = await transport.request('GET', podPath(pod));
  } catch (error) {
    return { type: 'unknown', message: (error as Error).message, mayChange: true };
  }
  const { message, status } = reply;
  const answer = reply.answer as Pod | undefined;
  if (status === 404 && reply.isRefusal('NotFound', { kind: 'pods', name: pod.name }))
    return { type: 'gone', message };
  const uid = answer?.metadata?.uid;
  if (status !== 200 || answer?.kind !== 'Pod' || uid === undefined) {
    const mayChange = answer === undefined || status >= 500 || status === 429;
    return { type: 'unknown', message, mayChange };
  }
  if (uid === pod.uid) return { type: 'found', pod: answer };
  return { type: 'gone', message: `pod ${pod.namespace}/${pod.name} was replaced by one with another uid` };
}
