// What clients ask before anything else: which API versions and resources there are.
import { groupVersion, RESOURCES, REVIEWS, type Resource } from './resources.ts';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const CHANGE = ['get', 'patch', 'update'];
/** What the subresources of pods are asked by; the others are read and changed. */
const SUBRESOURCES: Readonly<Record<string, { verbs: string[]; kind?: string; of?: string }>> = {
  attach: { verbs: ['create', 'get'], kind: 'PodAttachOptions' },
  binding: { verbs: ['create'], kind: 'Binding' },
  eviction: { verbs: ['create'], kind: 'Eviction', of: 'policy/v1' },
  exec: { verbs: ['create', 'get'], kind: 'PodExecOptions' },
  log: { verbs: ['get'] },
  portforward: { verbs: ['create', 'get'], kind: 'PodPortForwardOptions' },
  proxy: { verbs: ['create', 'delete', 'get', 'patch', 'update'], kind: 'PodProxyOptions' },
  scale: { verbs: CHANGE, kind: 'Scale', of: 'autoscaling/v1' },
  status: { verbs: CHANGE },
};

/** The media type of a document that tells all resources at once, which clients ask for first. */
const AGGREGATED = 'g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

export interface Document {
  body: object;
  contentType?: string;
}

/** The answer for a discovery path, or undefined if the path is none. */
export function discover(path: string, accept: string | undefined): Document | undefined {
  const wantsAll = (path === '/api' || path === '/apis') && parametersOf(accept).includes(AGGREGATED);
  if (wantsAll) {
    return { body: aggregated(path === '/api'), contentType: `application/json;${AGGREGATED}` };
  }
  const body = DOCUMENTS.get(path);
  return body && { body };
}

/** The parameters of each media type, in the order in which `AGGREGATED` has them. */
function parametersOf(accept = ''): string[] {
  return accept.split(',').map((range) => {
    const parameters = range.split(';').map((part) => part.trim());
    const value = (name: string) => parameters.find((one) => one.startsWith(`${name}=`)) ?? '';
    return `${value('g')};${value('v')};${value('as')}`;
  });
}

const DOCUMENTS = new Map<string, object>();
DOCUMENTS.set('/version', {
  major: '1',
  minor: '37',
  gitVersion: 'v1.37.2+coset-embedded',
  gitCommit: '',
  gitTreeState: '',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: `${process.platform}/${process.arch}`,
});
DOCUMENTS.set('/api', {
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [],
});

const VERSIONS = [...new Set([...RESOURCES, ...REVIEWS].map(groupVersion))];
const GROUPS = VERSIONS.filter((one) => one !== 'v1').map((one) => {
  const [group = '', version = ''] = one.split('/');
  return { group, version };
});
DOCUMENTS.set('/apis', { kind: 'APIGroupList', apiVersion: 'v1', groups: GROUPS.map(apiGroup) });
for (const of of GROUPS) {
  DOCUMENTS.set(`/apis/${of.group}`, { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(of) });
}
for (const version of VERSIONS) {
  DOCUMENTS.set(version === 'v1' ? '/api/v1' : `/apis/${version}`, {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: version,
    resources: [...resourcesOf(version).flatMap(entries), ...reviewsOf(version)],
  });
}

function apiGroup(of: { group: string; version: string }): object {
  const version = { groupVersion: groupVersion(of), version: of.version };
  return { name: of.group, versions: [version], preferredVersion: version };
}

function resourcesOf(version: string): Resource[] {
  return RESOURCES.filter((resource) => groupVersion(resource) === version);
}

/** A resource and its subresources in a list of one version. */
function entries(resource: Resource): object[] {
  const { name, singular, kind, namespaced, shortNames, categories } = resource;
  return [
    {
      ...{ name, singularName: singular, namespaced, kind, verbs: VERBS },
      ...(shortNames.length > 0 && { shortNames }),
      ...(categories.length > 0 && { categories }),
    },
    ...subresourcesOf(resource).map(({ part, verbs, of, kind: answer }) => {
      const [version, group] = (of ?? '').split('/').reverse();
      return {
        ...{ name: `${name}/${part}`, singularName: '', namespaced, kind: answer, verbs },
        ...(of && { group, version }),
      };
    }),
  ];
}

function subresourcesOf({ kind, hasStatus, subresources }: Resource) {
  const parts = [...(hasStatus ? ['status'] : []), ...subresources];
  return parts.map((part) => ({ part, kind, ...SUBRESOURCES[part]! }));
}

function reviewsOf(version: string): object[] {
  return REVIEWS.filter((review) => groupVersion(review) === version).map(({ name, kind }) => ({
    ...{ name, singularName: kind.toLowerCase(), namespaced: false, kind, verbs: ['create'] },
  }));
}

function aggregated(core: boolean): object {
  const versions = VERSIONS.filter((version) => (version === 'v1') === core);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: versions.map((of) => {
      const [version, group] = of.split('/').reverse();
      return {
        metadata: { ...(group && { name: group }), creationTimestamp: null },
        versions: [
          {
            version,
            freshness: 'Current',
            resources: [...resourcesOf(of).map(aggregatedResource), ...aggregatedReviews(of)],
          },
        ],
      };
    }),
  };
}

function aggregatedResource(resource: Resource): object {
  const { name, singular, kind, namespaced, shortNames, categories, group, version } = resource;
  const subresources = subresourcesOf(resource).map(({ part, verbs, of, kind: answer }) => {
    const [otherVersion, otherGroup] = of?.split('/').reverse() ?? [version, group];
    const responseKind = { group: otherGroup, version: otherVersion, kind: answer };
    return { subresource: part, responseKind, verbs };
  });
  return {
    resource: name,
    responseKind: { group, version, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: VERBS,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && { subresources }),
  };
}

function aggregatedReviews(of: string): object[] {
  return REVIEWS.filter((review) => groupVersion(review) === of).map(({ name, kind, group, version }) => ({
    resource: name,
    responseKind: { group, version, kind },
    scope: 'Cluster',
    singularResource: kind.toLowerCase(),
    verbs: ['create'],
  }));
}
