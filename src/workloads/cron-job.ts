// CronJob: its next run.
import type { CronJob, Job } from '../model/types.ts';
import { setDefaults } from '../defaults/index.ts';
import { job } from './job.ts';
import { controllerRef, namespaceOf, nothing, type WorkloadKind } from './workload.ts';

/** Stands where Kubernetes puts the minute for which a run is scheduled. */
const RUN = 'next';

export const cronJob: WorkloadKind = {
  kind: 'CronJob',
  groups: ['batch'],
  expand(object, surroundings) {
    const { spec } = object as CronJob;
    if (spec?.jobTemplate?.spec === undefined) return nothing(0);
    if (spec.suspend) return nothing(0, 'it is suspended');
    const running = surroundings.ownedBy<Job>(object, 'Job').some(({ status }) => !hasEnded(status));
    if (running) return nothing(0, 'a run of it is under way');
    const run = jobOf(object as CronJob);
    setDefaults(run);
    return job.expand(run, surroundings);
  },
};

/** The job of one run. */
function jobOf(object: CronJob): Job {
  const { metadata, spec } = object.spec.jobTemplate;
  const name = `${object.metadata?.name}-${RUN}`;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace: namespaceOf(object),
      uid: name,
      labels: { ...metadata?.labels },
      ownerReferences: [controllerRef(object)],
    },
    spec: JSON.parse(JSON.stringify(spec)) as Job['spec'],
  };
}

function hasEnded(status: Job['status']): boolean {
  return (
    status?.completionTime !== undefined || (status?.conditions ?? []).some(({ type }) => type === 'Failed')
  );
}
