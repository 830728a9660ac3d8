// Job: as many pods at a time as run beside each other, until enough have succeeded.
import type { Job, Pod, PodTemplateSpec } from '../model/types.ts';
import {
  activePodsOf,
  nothing,
  podOf,
  tooMany,
  type Expansion,
  type Surroundings,
  type WorkloadKind,
} from './workload.ts';

const INDEX = 'batch.kubernetes.io/job-completion-index';
const FINALIZER = 'batch.kubernetes.io/job-tracking';
const CONTROLLER = 'kubernetes.io/job-controller';
/** What is left of 63 characters when the API server has added its five. */
const GENERATE_NAME_MAX = 58;

export const job: WorkloadKind = {
  kind: 'Job',
  groups: ['batch'],
  expand(object, surroundings) {
    const { spec, status } = object as Job;
    const active = activePodsOf(object, surroundings);
    if (spec?.template === undefined) return nothing(active.length);
    if (status?.conditions?.some(({ type, status: is }) => is === 'True' && isEnd(type))) return nothing(0);
    if (spec.suspend) return nothing(active.length, 'it is suspended');
    if ((spec.managedBy ?? CONTROLLER) !== CONTROLLER)
      return nothing(active.length, `${spec.managedBy} makes its pods`);
    return missingPods(object, active, surroundings);
  },
};

function missingPods(object: Job, active: readonly Pod[], surroundings: Surroundings): Expansion {
  const { spec, status } = object;
  const { parallelism = 1, completions } = spec!;
  const succeeded = status?.succeeded ?? 0;
  const wanted =
    completions === undefined
      ? succeeded > 0
        ? active.length
        : parallelism
      : Math.min(parallelism, completions - succeeded);
  const missing = wanted - active.length;
  if (missing <= 0) return nothing(active.length, wanted === 0 ? 'it asks for no pods at a time' : undefined);
  if (missing > surroundings.podsMax) return tooMany(wanted, active.length, surroundings);
  const template = templateOf(object);
  if (spec!.completionMode !== 'Indexed' || completions === undefined) {
    return { pods: [{ pod: podOf(template, object), count: missing }], objects: [], there: active.length };
  }
  const done = finishedIndexes(object, surroundings.podsOf(object), active);
  const indexes: number[] = [];
  for (let index = 0; index < completions && indexes.length < missing; index++) {
    if (!done(index)) indexes.push(index);
  }
  return {
    pods: indexes.map((index) => ({ pod: podOfIndex(template, object, index), count: 1 })),
    objects: [],
    there: active.length,
  };
}

/** The template with what the API server adds to it when the job is created, and what its controller adds. */
function templateOf(object: Job): PodTemplateSpec {
  const { template, manualSelector } = object.spec!;
  const { name = '', uid = '' } = object.metadata ?? {};
  const added: Record<string, string> = manualSelector
    ? {}
    : {
        'job-name': name,
        'batch.kubernetes.io/job-name': name,
        'controller-uid': uid,
        'batch.kubernetes.io/controller-uid': uid,
      };
  const finalizers = [...new Set([...(template.metadata?.finalizers ?? []), FINALIZER])];
  const labels = { ...added, ...template.metadata?.labels };
  return { metadata: { ...template.metadata, labels, finalizers }, spec: template.spec };
}

function podOfIndex(template: PodTemplateSpec, object: Job, index: number): Pod {
  const pod = podOf(template, object);
  const { metadata } = pod;
  const suffix = `-${index}-`;
  const { name = '' } = object.metadata ?? {};
  metadata!.annotations = { ...metadata!.annotations, [INDEX]: String(index) };
  metadata!.labels = { ...metadata!.labels, [INDEX]: String(index) };
  metadata!.generateName = name.slice(0, GENERATE_NAME_MAX - suffix.length) + suffix;
  pod.spec!.hostname = `${name}-${index}`;
  return pod;
}

/** Whether an index has succeeded or failed, or is being worked on. */
function finishedIndexes(
  { status }: Job,
  pods: readonly Pod[],
  active: readonly Pod[],
): (index: number) => boolean {
  const ranges = [status?.completedIndexes, status?.failedIndexes].flatMap((text) =>
    (text ?? '').split(',').filter(Boolean).map(rangeOf),
  );
  const succeeded = pods.filter((pod) => pod.status?.phase === 'Succeeded');
  const taken = new Set([...active, ...succeeded].map(({ metadata }) => metadata?.annotations?.[INDEX]));
  return (index) =>
    taken.has(String(index)) || ranges.some(([first, last]) => first <= index && index <= last);
}

/** "3" or "5-7". */
function rangeOf(text: string): [number, number] {
  const [first, last = first] = text.split('-').map(Number);
  return [first!, last!];
}

function isEnd(type: string): boolean {
  return (
    type === 'Complete' || type === 'Failed' || type === 'SuccessCriteriaMet' || type === 'FailureTarget'
  );
}
