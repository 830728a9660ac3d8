// Renames everything in a snapshot that somebody has named: nodes, pods, labels and their values, images, volumes.
//
// What is decided stays the same up to the names. Equal texts become equal ones, wherever they stand, so that selectors
// select what they did; and names keep their order, since the smallest name wins a tie. Kept are Kubernetes' own words,
// numbers, times, amounts of resources and their names, drivers, and what is written in CEL.
import { isObject } from '../model/shape.ts';
import type { ApiObject } from '../model/types.ts';

/** Fields whose texts are words of Kubernetes, or programs that everybody knows by their names. */
const KEPT = new Set([
  ...['apiVersion', 'apiGroup', 'kind', 'schedulerName', 'type', 'status', 'phase', 'reason', 'resource'],
  ...['operator', 'effect', 'protocol', 'hostIP', 'restartPolicy', 'preemptionPolicy', 'completionMode'],
  ...[
    'whenUnsatisfiable',
    'nodeAffinityPolicy',
    'nodeTaintsPolicy',
    'podManagementPolicy',
    'imagePullPolicy',
  ],
  ...['volumeMode', 'volumeBindingMode', 'reclaimPolicy', 'persistentVolumeReclaimPolicy', 'accessModes'],
  ...['volumeLifecycleModes', 'provisioner', 'driver', 'driverName', 'attacher', 'fsGroupPolicy', 'fsType'],
  ...['allocationMode', 'expression', 'cel', 'concurrencyPolicy', 'schedule', 'unhealthyPodEvictionPolicy'],
  ...['minAvailable', 'maxUnavailable', 'maxSurge', 'declaredFeatures', 'resourceName', 'divisor', 'medium'],
  ...['bindingConditions', 'bindingFailureConditions', 'matchAttribute', 'distinctAttribute', 'verbs'],
  ...['extendedResourceName', 'maximumVolumeSize', 'sizeLimit', 'storage'],
]);

/** Objects whose keys and values are words and amounts. */
const KEPT_WHOLE = new Set([
  ...['allocatable', 'capacity', 'requests', 'limits', 'overhead', 'podFixed', 'allocated', 'default'],
  ...['defaultRequest', 'max', 'min', 'maxLimitRequestRatio', 'allocatedResources', 'attributes'],
  ...['sharedCounters', 'consumesCounters', 'consumedCapacity', 'nodeAllocatableResourceMappings'],
]);

/** Objects whose keys are labels. */
const LABELS = new Set(['labels', 'matchLabels', 'nodeSelector', 'selector', 'annotations']);
/** Fields that hold the keys of labels. */
const LABEL_KEYS = new Set(['topologyKey', 'matchLabelKeys', 'mismatchLabelKeys', 'topologyKeys']);
/** Objects that have a label's key in `key`, and values of it. */
const KEYED = ['matchExpressions', 'matchFields', 'matchLabelExpressions', 'taints', 'tolerations', 'taint'];

const IMAGES = new Set(['image', 'names']);
const KUBERNETES_DOMAIN = /(^|\.)(kubernetes|k8s)\.io$/;
/** Zones of a volume that is in several. */
const ZONES_SEPARATOR = '__';
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
const SYSTEM_NAMES = /^system-(node|cluster)-critical$/;

/** The objects with other names. They are not changed themselves. */
export function redacted(objects: readonly ApiObject[]): ApiObject[] {
  const compared = comparedKeys(objects);
  const texts = new Set<string>();
  const collect = new Renamer(compared, (text) => {
    texts.add(text);
    return text;
  });
  for (const object of objects) collect.rename(object);
  const sorted = [...texts].sort();
  const digits = sorted.length.toString(36).length;
  const names = new Map(sorted.map((text, n) => [text, `x${n.toString(36).padStart(digits, '0')}`]));
  const renamer = new Renamer(compared, (text) => names.get(text)!);
  return objects.map((object) => {
    const renamed = renamer.rename(object) as ApiObject;
    if (object.kind === 'CSIDriver') renamed.metadata!.name = object.metadata?.name;
    return renamed;
  });
}

/** The keys of labels that are compared as numbers. */
function comparedKeys(objects: readonly ApiObject[]): Set<string> {
  const keys = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isObject(value)) return;
    if ((value.operator === 'Gt' || value.operator === 'Lt') && typeof value.key === 'string') {
      keys.add(value.key);
    }
    Object.values(value).forEach(visit);
  };
  visit(objects);
  return keys;
}

class Renamer {
  readonly #compared: Set<string>;
  readonly #nameOf: (text: string) => string;

  constructor(compared: Set<string>, nameOf: (text: string) => string) {
    this.#compared = compared;
    this.#nameOf = nameOf;
  }

  rename(value: unknown, key = ''): unknown {
    if (typeof value === 'string') return this.#text(value, key);
    if (KEPT_WHOLE.has(key) && !(key === 'requests' && Array.isArray(value))) return value;
    if (Array.isArray(value)) return value.map((item) => this.#item(item, key));
    if (!isObject(value)) return value;
    if (LABELS.has(key) && isTextMap(value)) return this.#labels(value);
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => [
        name,
        name === 'name' && key === 'drivers' ? field : this.rename(field, name),
      ]),
    );
  }

  #item(item: unknown, list: string): unknown {
    if (!isObject(item) || !(KEYED.includes(list) && typeof item.key === 'string')) {
      // Device requests stand in a list that is called as amounts are.
      return this.rename(item, isObject(item) && list === 'requests' ? '' : list);
    }
    const { key, value, values, ...rest } = item;
    return {
      ...(this.rename(rest, list) as object),
      key: list === 'matchFields' ? key : this.#labelKey(key),
      ...(value !== undefined && { value: this.#labelValue(key, value as string) }),
      ...(values !== undefined && {
        values: (values as string[]).map((one) => this.#labelValue(key, one)),
      }),
    };
  }

  #text(text: string, key: string): string {
    if (LABEL_KEYS.has(key)) return this.#labelKey(text);
    if (key === 'request' || key === 'requests') return text.split('/').map(this.#nameOf).join('/');
    if (KEPT.has(key) || KEPT_WHOLE.has(key) || text === '' || TIME.test(text) || SYSTEM_NAMES.test(text))
      return text;
    return IMAGES.has(key) ? this.#image(text) : this.#nameOf(text);
  }

  /** An image without a tag has the tag "latest", on nodes and in pods alike. */
  #image(text: string): string {
    const isTagged = text.lastIndexOf(':') > text.lastIndexOf('/');
    return `${this.#nameOf(isTagged ? text : `${text}:latest`)}:x`;
  }

  #labels(labels: Record<string, unknown>): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(labels).map(([key, value]) => [
        this.#labelKey(key),
        this.#labelValue(key, value as string),
      ]),
    );
  }

  #labelKey(key: string): string {
    const domain = key.includes('/') ? key.slice(0, key.indexOf('/')) : '';
    return key === '' || KUBERNETES_DOMAIN.test(domain) ? key : this.#nameOf(key);
  }

  #labelValue(key: string, value: string): string {
    if (value === '' || this.#compared.has(key) || value === 'true' || value === 'false') return value;
    return value
      .split(ZONES_SEPARATOR)
      .map((part) => (part === '' ? part : this.#nameOf(part)))
      .join(ZONES_SEPARATOR);
  }
}

function isTextMap(value: Record<string, unknown>): boolean {
  return Object.values(value).every((field) => typeof field === 'string');
}
