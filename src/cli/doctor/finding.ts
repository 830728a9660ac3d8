// What the doctor looks at, and what it says of it.
import type { Configuration } from '../../config/types.ts';
import type { Requests } from '../../kube/transport.ts';
import type { Right } from '../../model/right.ts';

/** With a fault pods stay unscheduled, or are scheduled twice; with a warning they may. */
export type Status = 'ok' | 'warning' | 'fault';

export interface Finding {
  check: string;
  status: Status;
  message: string;
  /** What to do. */
  advice?: string;
}

/** A service account whose rights are asked for. */
export interface Account {
  namespace: string;
  name: string;
}

export interface Examined {
  transport: Requests;
  configuration: Configuration;
  /** Instead of one's own rights. */
  account?: Account;
  /** This machine's time, in milliseconds. */
  now: () => number;
}

/** The paths of the resources that the server does not have. */
export type Missing = ReadonlySet<string>;

/** A right in words. */
export function inWords({ verbs, resource, group, names }: Right): string {
  const of = group === '' ? resource : `${resource}.${group}`;
  return `${verbs.join(', ')} ${of}${names === undefined ? '' : ` named ${names.join(', ')}`}`;
}

/** The items of a list, all of its pages; undefined where it may not be read, or is not there. */
export async function listed<T>(transport: Requests, path: string): Promise<T[] | undefined> {
  const items: T[] = [];
  let token = '';
  do {
    const paged = `${path}${path.includes('?') ? '&' : '?'}limit=500&continue=${encodeURIComponent(token)}`;
    const { status, body } = await transport.request('GET', paged);
    if (status !== 200) return undefined;
    const list = body as { items?: T[]; metadata?: { continue?: string } };
    for (const item of list.items ?? []) items.push(item);
    token = list.metadata?.continue ?? '';
  } while (token !== '');
  return items;
}

const AUTHORIZATION = '/apis/authorization.k8s.io/v1';

/** What an access review asks about. */
export interface Attributes {
  resourceAttributes?: {
    group?: string;
    verb: string;
    resource?: string;
    subresource?: string;
    namespace?: string;
    name?: string;
  };
  nonResourceAttributes?: { verb: string; path: string };
}

/** Whether the API server lets the account do it, or who asks. */
export async function reviewed(
  transport: Requests,
  attributes: Attributes,
  account?: Account,
): Promise<boolean> {
  const kind = account === undefined ? 'SelfSubjectAccessReview' : 'SubjectAccessReview';
  const spec = account === undefined ? attributes : { ...attributes, ...subjectOf(account) };
  const body = { apiVersion: 'authorization.k8s.io/v1', kind, spec };
  const reply = await transport.request('POST', `${AUTHORIZATION}/${kind.toLowerCase()}s`, body);
  if (!reply.isDone) throw new Error(`${transport.server}: ${kind}: ${reply.message}`);
  return (reply.answer?.status as { allowed?: boolean } | undefined)?.allowed === true;
}

function subjectOf({ namespace, name }: Account): object {
  const accounts = 'system:serviceaccounts';
  return {
    user: `system:serviceaccount:${namespace}:${name}`,
    groups: [accounts, `${accounts}:${namespace}`, 'system:authenticated'],
  };
}
