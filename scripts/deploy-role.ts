// The rules in deploy/, by what the scheduler and the plugins say they need.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load, loadAll } from 'js-yaml';
import { ownPlugins } from '../src/cli/plugin-modules.ts';
import type { Right } from '../src/model/right.ts';
import { LEASE_RIGHT, rightsOf } from '../src/run/rights.ts';

const DEPLOY = join(import.meta.dirname, '../deploy');

export interface Rule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: readonly string[];
}

/** Resources of one group that are used alike share a rule. */
function rulesFor(rights: readonly Right[]): Rule[] {
  const rules = new Map<string, Rule>();
  for (const { group, resource, verbs, names } of rights) {
    const key = `${group} ${verbs.join()} ${names?.join()}`;
    const rule = rules.get(key);
    const resourceNames = names && { resourceNames: [...names] };
    if (rule === undefined)
      rules.set(key, { apiGroups: [group], resources: [resource], ...resourceNames, verbs });
    else rule.resources.push(resource);
  }
  return [...rules.values()];
}

/** In all namespaces, and in the lease's own. */
export interface Rules {
  cluster: Rule[];
  lease: Rule[];
}

export const derivedRules = (): Rules => ({
  cluster: rulesFor(rightsOf(ownPlugins)),
  lease: rulesFor([LEASE_RIGHT]),
});

/** Where the chart has its rules; that of the lease stands for whatever the release is called. */
export const CHART_RULES = {
  cluster: join(DEPLOY, 'chart/files/cluster-rules.yaml'),
  lease: join(DEPLOY, 'chart/files/lease-rules.yaml'),
};

/** The name of a release's lease, as the chart's templates write it. */
export const RELEASE_NAME = '{{ include "coset.name" . }}';

/** What the chart has. */
export function chartRules(): Rules {
  const read = (path: string) => load(readFileSync(path, 'utf8').replaceAll(RELEASE_NAME, 'coset')) as Rule[];
  return { cluster: read(CHART_RULES.cluster), lease: read(CHART_RULES.lease) };
}

/** The kustomize base's objects, which are the chart's. */
export const BASE_OBJECTS = join(DEPLOY, 'base/coset.yaml');

/** What the kustomize base has. */
export function baseRules(): Rules {
  const objects = loadAll(readFileSync(BASE_OBJECTS, 'utf8')) as {
    kind: string;
    metadata: { name: string };
    rules: Rule[];
  }[];
  const rulesOf = (kind: string) =>
    objects.find((one) => one.kind === kind && one.metadata.name === 'coset')!.rules;
  return { cluster: rulesOf('ClusterRole'), lease: rulesOf('Role') };
}
