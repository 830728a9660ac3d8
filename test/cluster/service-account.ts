// The service account that deploy/ gives to coset, with exactly the roles that deploy/ binds it to, and what the API server
// has refused it.
import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import { BASE_OBJECTS } from '../../scripts/deploy-role.ts';
import type { ApiObject } from '../../src/model/types.ts';
import type { Client } from './client.ts';

const ACCOUNT = '/api/v1/namespaces/kube-system/serviceaccounts';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
/** The account, what it may do, and the lease for which it may do that. */
const PATHS: Record<string, string> = {
  ServiceAccount: ACCOUNT,
  ClusterRole: `${RBAC}/clusterroles`,
  ClusterRoleBinding: `${RBAC}/clusterrolebindings`,
  Role: `${RBAC}/namespaces/kube-system/roles`,
  RoleBinding: `${RBAC}/namespaces/kube-system/rolebindings`,
  Lease: '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases',
};
/** Longer than any test or benchmark. */
const TOKEN_SECONDS = 86_400;

/** Has the API server write down what service accounts ask for. */
export const AUDIT_POLICY = JSON.stringify({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [{ level: 'Metadata', userGroups: ['system:serviceaccounts'] }, { level: 'None' }],
});

/** Creates the account with its roles. Returns a bearer token of it. */
export async function createAccount(client: Client): Promise<string> {
  for (const object of loadAll(readFileSync(BASE_OBJECTS, 'utf8')) as ApiObject[]) {
    const path = PATHS[object.kind!];
    if (path !== undefined) await client.text('POST', path, object);
  }
  return tokenOf(client, 'coset');
}

/** A bearer token of a service account, of kube-system where nothing else is said. */
export async function tokenOf(client: Client, account: string, namespace = 'kube-system'): Promise<string> {
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: TOKEN_SECONDS },
  };
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  const answer = await client.json<{ status: { token: string } }>('POST', path, request);
  return answer.status.token;
}

/** Creates a service account of kube-system that a ClusterRole of deploy/ is bound to. Returns a bearer token of it. */
export async function createBoundAccount(client: Client, account: string, role: string): Promise<string> {
  const metadata = { name: account, namespace: 'kube-system' };
  await client.text('POST', ACCOUNT, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  await client.text('POST', `${RBAC}/clusterrolebindings`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: account },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', ...metadata }],
  });
  return tokenOf(client, account);
}

export interface AuditEvent {
  verb: string;
  user: { username: string };
  /** Of a request for a resource. */
  objectRef?: { apiGroup?: string; resource?: string; subresource?: string; name?: string };
  requestURI: string;
  responseStatus?: { code?: number };
}

/** What the accounts have asked for, by the API server's audit log. */
export function requestsIn(log: string): AuditEvent[] {
  return log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditEvent);
}

/** What the API server has refused to the accounts. */
export function forbiddenIn(log: string): string[] {
  const refused = requestsIn(log).filter(({ responseStatus }) => responseStatus?.code === 403);
  return refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`);
}
