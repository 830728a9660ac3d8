// The columns of pods.
import type { Pod } from '../../../model/types.ts';
import type { ContainerStatus } from '../../../../build/kubernetes.js';
import { AGE, column, NAME, NONE, since, wide, type Column } from './column.ts';

export const POD_COLUMNS: readonly Column[] = [
  NAME,
  column('Ready', (pod: Pod) => `${readyContainers(pod)}/${containerCount(pod)}`),
  column('Status', podStatus),
  column('Restarts', restarts),
  AGE,
  wide('IP', (pod: Pod) => pod.status?.podIP || NONE),
  wide('Node', (pod: Pod) => pod.spec?.nodeName || NONE),
  wide('Nominated Node', (pod: Pod) => pod.status?.nominatedNodeName || NONE),
  wide('Readiness Gates', readinessGates),
];

/** Init containers that restart for ever run beside the others. */
function sidecars({ spec }: Pod): Set<string> {
  const found = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return new Set(found.map(({ name }) => name));
}

function containerCount(pod: Pod): number {
  return (pod.spec?.containers.length ?? 0) + sidecars(pod).size;
}

function readyContainers(pod: Pod): number {
  const beside = sidecars(pod);
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  const initReady = initContainerStatuses.filter(({ name, ready }) => beside.has(name) && ready);
  return containerStatuses.filter(({ ready, state }) => ready && state?.running).length + initReady.length;
}

/** The one word that says how a pod is doing. */
function podStatus(pod: Pod): string {
  const { status, metadata } = pod;
  const phase = status?.phase ?? '';
  if (metadata?.deletionTimestamp) {
    if (status?.reason === 'NodeLost') return 'Unknown';
    if (phase !== 'Succeeded' && phase !== 'Failed') return 'Terminating';
  }
  const isGated = status?.conditions?.some(
    ({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated',
  );
  const reason = isGated ? 'SchedulingGated' : status?.reason || phase;
  return initReason(pod) ?? containerReason(pod, reason);
}

/** What an init container that has not ended well says; undefined when all have. */
function initReason(pod: Pod): string | undefined {
  const beside = sidecars(pod);
  const { initContainerStatuses = [], conditions } = pod.status ?? {};
  if (conditions?.some(({ type, status }) => type === 'Initialized' && status === 'True')) return undefined;
  const at = initContainerStatuses.findIndex(
    ({ name, state, started }) => state?.terminated?.exitCode !== 0 && !(beside.has(name) && started),
  );
  if (at < 0) return undefined;
  const { terminated, waiting } = initContainerStatuses[at]!.state ?? {};
  if (terminated) return `Init:${endReason(terminated)}`;
  if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
  return `Init:${at}/${pod.spec?.initContainers?.length ?? 0}`;
}

function containerReason({ status }: Pod, phase: string): string {
  let reason = phase;
  let failure = '';
  let isRunning = false;
  for (const { state, ready } of [...(status?.containerStatuses ?? [])].reverse()) {
    if (state?.waiting?.reason) reason = state.waiting.reason;
    else if (state?.terminated) {
      reason = endReason(state.terminated);
      if (state.terminated.exitCode !== 0) failure = reason;
    } else if (ready && state?.running) isRunning = true;
  }
  if (reason !== 'Completed') return reason;
  const isReady = status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  if (isRunning && isReady) return 'Running';
  return failure || (isRunning ? 'NotReady' : reason);
}

function endReason({ reason, signal, exitCode }: { reason?: string; signal?: number; exitCode: number }) {
  return reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);
}

function restarts({ status }: Pod): string {
  const statuses: ContainerStatus[] = status?.containerStatuses ?? [];
  const count = statuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
  const ends = statuses.flatMap(({ lastState }) => lastState?.terminated?.finishedAt ?? []).sort();
  return count > 0 && ends.length > 0 ? `${count} (${since(ends.at(-1))} ago)` : String(count);
}

function readinessGates({ spec, status }: Pod): string {
  const gates = spec?.readinessGates ?? [];
  if (gates.length === 0) return NONE;
  const met = gates.filter(({ conditionType }) =>
    status?.conditions?.some(({ type, status: is }) => type === conditionType && is === 'True'),
  );
  return `${met.length}/${gates.length}`;
}
