// coset/control: the control API, for a scheduler of one's own.
export { controlApi } from '../control/api.ts';
export type {
  Check,
  ClassRecord,
  ControlledScheduler,
  CorrespondenceRecord,
  CycleRecord,
  Metrics,
  SchedulerState,
} from '../control/types.ts';
export type { QueueCounts, QueueRow } from '../queue/types.ts';
