// The role in deploy/, by what the scheduler and the plugins say they need.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { ownPlugins } from '../src/cli/plugin-modules.ts';
import type { Right } from '../src/model/right.ts';
import { rightsOf } from '../src/run/rights.ts';

export const ROLE_PATH = join(import.meta.dirname, '../deploy/role.yaml');

interface Rule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: readonly string[];
}

/** The object that deploy/role.yaml must be. Resources of one group that are used alike share a rule. */
export function roleOf(rights: readonly Right[]): object {
  const rules = new Map<string, Rule>();
  for (const { group, resource, verbs, names } of rights) {
    const key = `${group} ${verbs.join()} ${names?.join()}`;
    const rule = rules.get(key);
    const resourceNames = names && { resourceNames: [...names] };
    if (rule === undefined)
      rules.set(key, { apiGroups: [group], resources: [resource], ...resourceNames, verbs });
    else rule.resources.push(resource);
  }
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'coset' },
    rules: [...rules.values()],
  };
}

export function derivedRole(): object {
  return roleOf(rightsOf(ownPlugins));
}

export function writtenRole(): unknown {
  return load(readFileSync(ROLE_PATH, 'utf8'));
}
