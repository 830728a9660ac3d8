// deploy/base, the kustomize base: the chart's objects as they are without any value, less what is helm's own.
import { dirname, join } from 'node:path';
import { dump, loadAll } from 'js-yaml';
import { binary } from '../test/cluster/binaries.ts';
import { run } from '../test/image/commands.ts';
import type { ApiObject } from '../src/model/types.ts';
import { BASE_OBJECTS } from './deploy-role.ts';

const CHART = join(import.meta.dirname, '../deploy/chart');
const HEAD =
  '# coset as a second scheduler: pods with schedulerName: coset are its own. Written by `npm run deploy:build` from\n' +
  '# deploy/chart, whose templates say why each line is there.\n';

interface Rendered extends ApiObject {
  data?: Record<string, string>;
  spec?: { template?: ApiObject };
}

/** The objects that helm makes of the chart, in the order in which it creates them; throws with what helm says. */
export async function helmTemplate(release: string, values: readonly string[] = []): Promise<Rendered[]> {
  const args = ['template', release, CHART, '--namespace', 'kube-system', '--skip-tests', ...values];
  const text = run(await binary('helm'), args);
  return loadAll(text) as Rendered[];
}

/** Each file that is written, by its path. Its configuration is a file, of which kustomize makes the ConfigMap. */
export async function baseFiles(): Promise<Map<string, string>> {
  const objects = await helmTemplate('coset');
  for (const object of objects) {
    withoutHelm(object);
    if (object.spec?.template !== undefined) withoutHelm(object.spec.template);
  }
  const configuration = objects.find(({ kind }) => kind === 'ConfigMap')!.data!['scheduler.yaml']!;
  const others = objects.filter(({ kind }) => kind !== 'ConfigMap');
  const texts = others.map((object) => dump(object, { flowLevel: 8, lineWidth: -1, noRefs: true }));
  return new Map([
    [BASE_OBJECTS, HEAD + texts.join('---\n')],
    [join(dirname(BASE_OBJECTS), 'scheduler.yaml'), configuration],
  ]);
}

function withoutHelm({ metadata }: ApiObject): void {
  for (const label of ['helm.sh/chart', 'app.kubernetes.io/managed-by']) delete metadata?.labels?.[label];
  // a generated ConfigMap has another name when it is another one
  delete metadata?.annotations;
}
