// What the control API shows of the configuration, the classes of waiting pods, and their correspondences.
import type { Configuration } from '../config/types.ts';
import type { ClassRecord, CorrespondenceRecord } from '../control/types.ts';
import type { SchedulingCycle } from '../cycle/cycle.ts';
import type { SchedulingQueue } from '../queue/scheduling-queue.ts';

const BEST_NODES_SHOWN = 10;

/** What an extender is known by may be secret. */
export function shownConfiguration(configuration: Configuration): unknown {
  const extenders = configuration.extenders.map(({ urlPrefix, tls: _, ...rest }) => {
    const { origin, pathname } = new URL(urlPrefix);
    return { urlPrefix: `${origin}${pathname}`, ...rest };
  });
  return { ...configuration, extenders };
}

/** The classes of the pods that wait, by their index. */
export function classesIn(queue: SchedulingQueue, cycle: SchedulingCycle): Map<string, ClassRecord> {
  const records = new Map<string, ClassRecord>();
  for (const { pod, key, classified } of queue.pods()) {
    const index = cycle.classify(pod, classified)?.class.index;
    if (index === undefined) continue;
    const record = records.get(index);
    if (record !== undefined) {
      record.pods++;
      continue;
    }
    const hashes = { general: index.slice(0, 16), resources: index.slice(16, 32), rule: index.slice(32) };
    records.set(index, { index, pods: 1, hashes, masterPod: key });
  }
  return records;
}

/** The first correspondences that are open. */
export function correspondencesIn(cycle: SchedulingCycle, limit: number): CorrespondenceRecord[] {
  const records: CorrespondenceRecord[] = [];
  for (const { correspondence, open } of cycle.correspondences.list()) {
    if (records.length === limit) break;
    records.push({
      classIndex: correspondence.class.index,
      feasibleNodes: correspondence.feasible,
      bestNodes: correspondence.best(BEST_NODES_SHOWN).map(({ node }) => node),
      openPods: open,
    });
  }
  return records;
}
