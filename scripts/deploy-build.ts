// npm run deploy:build
// Writes what in deploy/ follows from something else: the chart's rules from what the scheduler and its plugins say they
// need, and the kustomize base from the chart (by helm, which is built with Go the first time).
import { writeFileSync } from 'node:fs';
import { dump } from 'js-yaml';
import { format, resolveConfig } from 'prettier';
import { baseFiles } from './deploy-base.ts';
import { CHART_RULES, derivedRules, RELEASE_NAME } from './deploy-role.ts';

const HEAD =
  '# What coset may do: written by `npm run deploy:build`, from what the scheduler and its plugins say they need.\n';

async function write(path: string, text: string): Promise<void> {
  writeFileSync(path, await format(text, { ...(await resolveConfig(path)), parser: 'yaml' }));
}

const { cluster, lease } = derivedRules();
await write(CHART_RULES.cluster, HEAD + dump(cluster, { flowLevel: 2, lineWidth: -1 }));
const [{ resourceNames: [name] = [], ...rest }] = lease as [(typeof lease)[0]];
const leaseText = dump([{ ...rest, resourceNames: ['NAME'] }], { flowLevel: 2, lineWidth: -1 });
await write(CHART_RULES.lease, `# Of the lease ${name}.\n${leaseText.replace('NAME', `'${RELEASE_NAME}'`)}`);
for (const [path, text] of await baseFiles()) await write(path, text);
