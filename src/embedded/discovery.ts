// What clients ask before anything else: which API versions and resources there are.
import { groupVersion, RESOURCES } from './resources.ts';

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

/** The answer for a discovery path, or undefined if the path is none. */
export function discover(path: string): object | undefined {
  return DOCUMENTS.get(path);
}

const DOCUMENTS = new Map<string, object>();
DOCUMENTS.set('/version', {
  major: '1',
  minor: '37',
  gitVersion: 'v1.37.0+coset-embedded',
  platform: `${process.platform}/${process.arch}`,
});
DOCUMENTS.set('/api', { kind: 'APIVersions', versions: ['v1'] });

const groups = new Map(
  RESOURCES.filter(({ group }) => group !== '').map((resource) => [resource.group, apiGroup(resource)]),
);
DOCUMENTS.set('/apis', { kind: 'APIGroupList', apiVersion: 'v1', groups: [...groups.values()] });
for (const [group, document] of groups)
  DOCUMENTS.set(`/apis/${group}`, { kind: 'APIGroup', apiVersion: 'v1', ...document });
for (const version of new Set(RESOURCES.map(groupVersion))) {
  DOCUMENTS.set(version === 'v1' ? '/api/v1' : `/apis/${version}`, {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: version,
    resources: resourceList(version),
  });
}

function apiGroup(resource: { group: string; version: string }): object {
  const version = { groupVersion: groupVersion(resource), version: resource.version };
  return { name: resource.group, versions: [version], preferredVersion: version };
}

function resourceList(version: string): object[] {
  return RESOURCES.filter((resource) => groupVersion(resource) === version).flatMap((resource) => {
    const { name, singular, kind, namespaced, shortNames } = resource;
    const list: object[] = [{ name, singularName: singular, namespaced, kind, verbs: VERBS, shortNames }];
    if (resource.hasStatus) {
      list.push({
        name: `${name}/status`,
        singularName: '',
        namespaced,
        kind,
        verbs: ['get', 'patch', 'update'],
      });
    }
    if (name === 'pods') {
      list.push({ name: 'pods/binding', singularName: '', namespaced, kind: 'Binding', verbs: ['create'] });
    }
    return list;
  });
}
