// Writes deploy/role.yaml.
import { writeFileSync } from 'node:fs';
import { dump } from 'js-yaml';
import { format, resolveConfig } from 'prettier';
import { derivedRole, ROLE_PATH } from './deploy-role.ts';

const HEAD =
  '# What coset may do: written by `npm run deploy:build`, from what the scheduler and its plugins say they need.\n';
const options = await resolveConfig(ROLE_PATH);
const text = HEAD + dump(derivedRole(), { flowLevel: 3, lineWidth: -1 });
writeFileSync(ROLE_PATH, await format(text, { ...options, parser: 'yaml' }));
