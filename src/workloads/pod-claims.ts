// The claims that controllers make for one pod: of its ephemeral volumes, and of the resource claim templates it names.
import type { ApiObject, PersistentVolumeClaim, Pod } from '../model/types.ts';
import { controllerRef, namespaceOf } from './workload.ts';

export interface ResourceClaimTemplate extends ApiObject {
  spec?: { metadata?: ApiObject['metadata']; spec?: object };
}

export interface PodClaims {
  objects: ApiObject[];
  /** What stands in the pod's status about the claims of templates. */
  statuses: { name: string; resourceClaimName: string }[];
}

/** @param templateOf finds a resource claim template by its namespace and name */
export function claimsFor(
  pod: Pod,
  templateOf: (namespace: string, name: string) => ResourceClaimTemplate | undefined,
): PodClaims {
  const namespace = namespaceOf(pod);
  const made: PodClaims = { objects: [], statuses: [] };
  for (const { name, ephemeral } of pod.spec?.volumes ?? []) {
    if (!ephemeral?.volumeClaimTemplate) continue;
    const { metadata, spec } = ephemeral.volumeClaimTemplate;
    made.objects.push({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { ...metadataOf(pod, metadata), name: `${pod.metadata?.name}-${name}` },
      spec: { ...spec },
      status: { phase: 'Pending' },
    } as PersistentVolumeClaim);
  }
  for (const { name, resourceClaimTemplateName } of pod.spec?.resourceClaims ?? []) {
    if (resourceClaimTemplateName === undefined) continue;
    const template = templateOf(namespace, resourceClaimTemplateName);
    if (template === undefined) continue;
    const resourceClaimName = `${pod.metadata?.name}-${name}`;
    made.statuses.push({ name, resourceClaimName });
    made.objects.push({
      apiVersion: template.apiVersion,
      kind: 'ResourceClaim',
      metadata: { ...metadataOf(pod, template.spec?.metadata), name: resourceClaimName },
      spec: template.spec?.spec,
    } as ApiObject);
  }
  return made;
}

/** Claims of a pod belong to it. */
function metadataOf(pod: Pod, given: ApiObject['metadata']): NonNullable<ApiObject['metadata']> {
  return { ...given, namespace: namespaceOf(pod), ownerReferences: [controllerRef(pod)] };
}
