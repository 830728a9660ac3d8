// What is looked at after every step of a simulation, and at its end.
import type { Outgoing } from '../../../src/kube/carrier.ts';
import type { Pod } from '../../../src/model/types.ts';
import { isGated, schedulerNameOf, DEFAULT_SCHEDULER } from '../../../src/model/types.ts';
import type { Stored } from '../../../src/dev/embedded/store/collection.ts';
import type { ServerAnswer } from '../api-server.ts';
import type { Network, Site } from '../network.ts';
import type { Replica, Replicas } from '../replicas.ts';

/** What a checker may look at. */
export interface Checked {
  network: Network;
  replicas: Replicas;
}

export interface Checker {
  /** The server has answered, and done what it says. */
  answered?(site: Site, request: Outgoing, answer: ServerAnswer): void;
  /** A process has ended a cycle. */
  afterCycle?(replica: Replica): string[];
  /** Something has happened. Returns what is wrong. */
  afterStep?(checked: Checked): string[];
  /** Nothing happens any more. Returns what is wrong as things stand; some of it may still come right. */
  whenQuiet?(checked: Checked): string[];
}

/** Whether the pod waits for us to give it a node. */
export function waitsForUs(pod: Pod): boolean {
  const { metadata, spec } = pod;
  if (spec?.nodeName || metadata?.deletionTimestamp !== undefined) return false;
  return schedulerNameOf(pod) === DEFAULT_SCHEDULER;
}

/** The node of a pod's state in the store. */
export function nodeNameIn(stored: Stored | undefined): string | undefined {
  const pod: Pod | undefined = stored?.object;
  return pod?.spec?.nodeName;
}

export function couldBePlaced(pod: Pod): boolean {
  return waitsForUs(pod) && !isGated(pod);
}

/** The pod that a request binds, and where to. */
export function bindingIn({
  method,
  path,
  payload = '',
}: Outgoing): { key: string; node: string } | undefined {
  const [, namespace, name] = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/binding$/.exec(path) ?? [];
  if (method !== 'POST' || name === undefined) return undefined;
  const { target } = JSON.parse(payload) as { target: { name: string } };
  return { key: `${namespace}/${name}`, node: target.name };
}

export function isDone({ status }: ServerAnswer): boolean {
  return status >= 200 && status < 300;
}
