// Objects that are no input of a plan, though they can be read: what each is, and what to do with it.
import type { ApiObject } from '../model/types.ts';

interface Status extends ApiObject {
  status?: string;
  reason?: string;
  message?: string;
}

/** Why an object cannot be used for a plan; undefined when it is not one of these. */
export function refusalOf(object: ApiObject): string | undefined {
  const { kind, apiVersion = '' } = object;
  if (kind === 'Status' && apiVersion === 'v1') {
    const { reason, message } = object as Status;
    const said = [reason, message].filter(Boolean).join(': ');
    return `is an answer of the API server and not objects (${said}): get them with "kubectl get ... -o json", as a user who may`;
  }
  if (kind === 'Table') return 'is a table for people: get the objects with "kubectl get ... -o json"';
  if (kind === 'KubeSchedulerConfiguration') return 'is a configuration: give it with --config';
  if (kind === 'Config' && apiVersion === 'v1') return 'is a kubeconfig, which holds no objects';
  return undefined;
}

/** Files of tools that make objects of others: what to do to get these. */
export function toolOf({ kind, apiVersion }: ApiObject): string | undefined {
  // kustomize takes files that tell neither
  if (kind === 'Kustomization' && (apiVersion?.startsWith('kustomize.config.k8s.io/') ?? true))
    return 'it names other files: build them with "kubectl kustomize"';
  return undefined;
}
