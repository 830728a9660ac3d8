// The service account that deploy/ gives to coset, with exactly the role that deploy/ binds it to, and what the API server
// has refused it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import type { ApiObject } from '../../src/model/types.ts';
import type { Client } from './client.ts';

export type ManifestObject = ApiObject & { data?: Record<string, string> };

const DEPLOY = join(import.meta.dirname, '../../deploy');
const ACCOUNT = '/api/v1/namespaces/kube-system/serviceaccounts';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const PATHS: Record<string, string> = {
  ServiceAccount: ACCOUNT,
  ClusterRole: `${RBAC}/clusterroles`,
  ClusterRoleBinding: `${RBAC}/clusterrolebindings`,
  ConfigMap: '/api/v1/namespaces/kube-system/configmaps',
  Deployment: '/apis/apps/v1/namespaces/kube-system/deployments',
};
/** Longer than any test or benchmark. */
const TOKEN_SECONDS = 86_400;
const USER = 'system:serviceaccount:kube-system:coset';

/** Has the API server write down what the account asks for. */
export const AUDIT_POLICY = JSON.stringify({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [{ level: 'Metadata', users: [USER] }, { level: 'None' }],
});

/** Every object in deploy/. */
export function manifestObjects(): ManifestObject[] {
  const texts = readdirSync(DEPLOY)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(join(DEPLOY, name), 'utf8'));
  return texts.flatMap((text) => loadAll(text) as ManifestObject[]);
}

/** Creates objects of deploy/. The API server refuses what it does not know every field of. */
export async function createObjects(client: Client, objects: readonly ManifestObject[]): Promise<void> {
  for (const object of objects)
    await client.text('POST', `${PATHS[object.kind!]!}?fieldValidation=Strict`, object);
}

/** Whether the object is of the account and what it may do. */
export function isOfAccount({ kind }: ManifestObject): boolean {
  return kind === 'ServiceAccount' || kind === 'ClusterRole' || kind === 'ClusterRoleBinding';
}

/** Creates the account with its role. Returns a bearer token of it. */
export async function createAccount(client: Client): Promise<string> {
  await createObjects(client, manifestObjects().filter(isOfAccount));
  return tokenOf(client, 'coset');
}

/** A bearer token of a service account of kube-system. */
async function tokenOf(client: Client, account: string): Promise<string> {
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: TOKEN_SECONDS },
  };
  const path = `${ACCOUNT}/${account}/token`;
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

interface AuditEvent {
  verb: string;
  requestURI: string;
  responseStatus?: { code?: number };
}

/** What the account has asked for, by the API server's audit log. */
export function requestsIn(log: string): AuditEvent[] {
  return log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditEvent);
}

/** What the API server has refused to the account. */
export function forbiddenIn(log: string): string[] {
  const refused = requestsIn(log).filter(({ responseStatus }) => responseStatus?.code === 403);
  return refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`);
}
