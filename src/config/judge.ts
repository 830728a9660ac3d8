// What a file is that is given as a configuration, before any of its fields is looked at.
import { isObject, shown } from '../model/shape.ts';
import { API_VERSION } from '../plugins/common/args-shape.ts';
import { KIND } from './file.ts';

export type Judged =
  | { isConfiguration: true }
  | { refusal: string }
  /** A ConfigMap's value that holds a configuration. */
  | { held: { key: string; text: string } };

const HOLDS_CONFIGURATION = new RegExp(`\\b${KIND}\\b`);

export function judge(value: unknown): Judged {
  if (!isObject(value)) return { refusal: `must be an object, not ${shown(value)}` };
  const { kind, apiVersion } = value;
  if (kind === KIND && apiVersion === API_VERSION) return { isConfiguration: true };
  if (
    kind === KIND &&
    typeof apiVersion === 'string' &&
    apiVersion.startsWith('kubescheduler.config.k8s.io/')
  ) {
    const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
    return {
      refusal: `is of the version ${version}, which Kubernetes has removed: write apiVersion: ${API_VERSION}`,
    };
  }
  if (kind === 'ConfigMap') return judgeConfigMap(value.data);
  if (kind === 'Policy') {
    return {
      refusal: `is a scheduler Policy, which Kubernetes has removed in 1.23: write a ${KIND} of ${API_VERSION}, its predicates and priorities as plugins of a profile, its extenders as extenders`,
    };
  }
  return { refusal: `must be a ${KIND} of ${API_VERSION}, not ${shown(kind)} of ${shown(apiVersion)}` };
}

function judgeConfigMap(data: unknown): Judged {
  const found = Object.entries(isObject(data) ? data : {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && HOLDS_CONFIGURATION.test(entry[1]),
  );
  const [first] = found;
  if (found.length === 1) return { held: { key: first![0], text: first![1] } };
  const keys = found.map(([key]) => key).join(', ');
  return {
    refusal: `is a ConfigMap with ${found.length === 0 ? 'no' : 'more than one'} ${KIND} in its data${keys && ` (${keys})`}: take out the one to be read`,
  };
}
