// The extenders of a KubeSchedulerConfiguration: services that are asked about pods over HTTP.
import { shown, type Problems } from '../model/shape.ts';
import { isLabelKey } from '../model/selector-checks.ts';
import { EXTENDER } from '../plugins/extender/answer.ts';
import { parseDuration } from '../model/duration.ts';
import type { ExtenderFile } from './file.ts';
import type { Framework } from '../plugins/framework.ts';
import type { Extender } from './types.ts';

const DEFAULT_TIMEOUT_SECONDS = 5;

/** Reads the extenders; those that may be passed over come last, as kube-scheduler asks them. */
export function readExtenders(files: readonly ExtenderFile[], problems: Problems): Extender[] {
  const managed = new Set<string>();
  const extenders = files.map((file, i) => {
    const path = `extenders[${i}]`;
    if (!isWebAddress(file.urlPrefix)) problems.add(`${path}.urlPrefix`, 'must be an http or https URL');
    if (file.preemptVerb) problems.add(`${path}.preemptVerb`, 'not supported yet');
    if (file.prioritizeVerb && (file.weight ?? 0) <= 0) {
      problems.add(`${path}.weight`, `must be greater than 0 with a prioritizeVerb, not ${file.weight ?? 0}`);
    }
    file.managedResources?.forEach(({ name = '' }, n) => {
      const at = `${path}.managedResources[${n}].name`;
      if (!isLabelKey(name) || !name.includes('/'))
        problems.add(at, `${shown(name)} is not the name of an extended resource`);
      if (managed.has(name)) problems.add(at, `${shown(name)} is managed by another extender too`);
      managed.add(name);
    });
    return extenderOf(file, path, problems);
  });
  const binders = extenders.filter(({ bindVerb }) => bindVerb !== '');
  if (binders.length > 1) problems.add('extenders', `only one may bind, not ${binders.length}`);
  return extenders.sort((one, two) => Number(one.ignorable) - Number(two.ignorable));
}

function extenderOf(file: ExtenderFile, path: string, problems: Problems): Extender {
  const { managedResources = [], tlsConfig: tls = {} } = file;
  const timeoutSeconds = parseDuration(file.httpTimeout ?? '0') || DEFAULT_TIMEOUT_SECONDS;
  if (timeoutSeconds < 0) {
    problems.add(`${path}.httpTimeout`, `must not be negative, not ${shown(file.httpTimeout)}`);
  }
  const hasCa = Boolean(tls.caFile || tls.caData);
  return {
    urlPrefix: file.urlPrefix ?? '',
    filterVerb: file.filterVerb ?? '',
    prioritizeVerb: file.prioritizeVerb ?? '',
    bindVerb: file.bindVerb ?? '',
    weight: file.weight ?? 0,
    timeoutSeconds,
    nodeCacheCapable: file.nodeCacheCapable ?? false,
    managedResources: managedResources.map(({ name = '' }) => name),
    ignoredResources: managedResources.flatMap(({ name = '', ignoredByScheduler }) =>
      ignoredByScheduler ? [name] : [],
    ),
    ignorable: file.ignorable ?? false,
    // kube-scheduler believes any certificate that it was given nothing to check with
    tls: { ...tls, insecure: tls.insecure || (file.enableHTTPS === true && !hasCa) },
  };
}

/** Lets a profile ask the extenders after its own filters, and leave what they look after to them. */
export function askExtenders(profile: Framework, extenders: readonly Extender[]): void {
  if (extenders.length === 0) return;
  profile.filters.push(EXTENDER);
  const ignored = extenders.flatMap(({ ignoredResources }) => ignoredResources);
  if (ignored.length > 0) profile.args.NodeResourcesFit.ignoredResources = ignored;
}

function isWebAddress(url: string | undefined): boolean {
  return url !== undefined && URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
}
