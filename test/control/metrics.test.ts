import { describe, expect, it } from 'vitest';
import { SchedulerMetrics } from '../../src/control/metrics.ts';

async function lines(metrics: SchedulerMetrics, name: string): Promise<string[]> {
  const text = await metrics.registry.getSingleMetricAsString(name);
  return text.split('\n').filter((line) => !line.startsWith('#') && line !== '');
}

/** The upper bounds of a histogram's buckets but the last, which is infinite. */
async function bounds(metrics: SchedulerMetrics, name: string): Promise<number[]> {
  const found = (await lines(metrics, name)).flatMap((line) => /le="([\d.]+)"/.exec(line)?.[1] ?? []);
  return found.map(Number);
}

describe('a verb', () => {
  it('attempt counts and times by result and profile', async () => {
    const metrics = new SchedulerMetrics();
    metrics.attempt('scheduled', 'default-scheduler', 0.003);
    metrics.attempt('scheduled', 'default-scheduler', 0.5);
    metrics.attempt('unschedulable', 'mine', 0.1);
    expect(await lines(metrics, 'scheduler_schedule_attempts_total')).toEqual([
      'scheduler_schedule_attempts_total{result="scheduled",profile="default-scheduler"} 2',
      'scheduler_schedule_attempts_total{result="unschedulable",profile="mine"} 1',
    ]);
    const seconds = await lines(metrics, 'scheduler_scheduling_attempt_duration_seconds');
    const labels = 'result="scheduled",profile="default-scheduler"';
    expect(seconds).toContain(`scheduler_scheduling_attempt_duration_seconds_sum{${labels}} 0.503`);
    const finite = await bounds(metrics, 'scheduler_scheduling_attempt_duration_seconds');
    expect([finite[0], Math.max(...finite), new Set(finite).size]).toEqual([0.001, 16.384, 15]);
  });

  it('bound shows many attempts as one label', async () => {
    const metrics = new SchedulerMetrics();
    for (const attempts of [1, 14, 15, 40]) metrics.bound(0.02, attempts);
    const counted = (await lines(metrics, 'scheduler_pod_scheduling_sli_duration_seconds')).filter((line) =>
      line.includes('_count'),
    );
    expect(counted).toEqual(
      [
        ['1', 1],
        ['14', 1],
        ['15+', 2],
      ].map(
        ([label, pods]) => `scheduler_pod_scheduling_sli_duration_seconds_count{attempts="${label}"} ${pods}`,
      ),
    );
    expect(await lines(metrics, 'scheduler_pod_scheduling_attempts')).toContain(
      'scheduler_pod_scheduling_attempts_sum 70',
    );
    expect(await bounds(metrics, 'scheduler_pod_scheduling_attempts')).toEqual([1, 2, 4, 8, 16]);
  });

  it('extensionPoint times by point, status and profile', async () => {
    const metrics = new SchedulerMetrics();
    metrics.extensionPoint('Bind', 'Error', 'mine', 0.25);
    const labels = 'extension_point="Bind",status="Error",profile="mine"';
    expect(await lines(metrics, 'scheduler_framework_extension_point_duration_seconds')).toContain(
      `scheduler_framework_extension_point_duration_seconds_sum{${labels}} 0.25`,
    );
  });

  it('cycle and incoming add up', async () => {
    const metrics = new SchedulerMetrics();
    metrics.cycle({ classes: 2, decisions: 100, filterPasses: 3 });
    metrics.cycle({ classes: 1, decisions: 50, filterPasses: 1 });
    metrics.incoming('active', 'NodeAdd', 7);
    metrics.incoming('active', 'NodeAdd', 1);
    const text = await metrics.registry.metrics();
    for (const line of [
      'coset_cycles_total 2',
      'coset_classes_total 3',
      'coset_decisions_total 150',
      'coset_filter_passes_total 4',
      'scheduler_queue_incoming_pods_total{queue="active",event="NodeAdd"} 8',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
  });

  it('observe sets the gauges, and forgets constraints that reject no more', async () => {
    const metrics = new SchedulerMetrics();
    const pending = { active: 1, backoff: 2, unschedulable: 3, gated: 4 };
    const rejections = [{ plugin: 'NodeResourcesFit', profile: 'mine', pods: 3 }];
    metrics.observe({ eventsDropped: 5, isLeading: true, pending, rejections, correspondences: 6 });
    expect(await lines(metrics, 'coset_events_dropped_total')).toEqual(['coset_events_dropped_total 5']);
    expect(await lines(metrics, 'scheduler_pending_pods')).toEqual(
      Object.entries(pending).map(([queue, pods]) => `scheduler_pending_pods{queue="${queue}"} ${pods}`),
    );
    expect(await lines(metrics, 'scheduler_unschedulable_pods')).toEqual([
      'scheduler_unschedulable_pods{plugin="NodeResourcesFit",profile="mine"} 3',
    ]);
    expect(await lines(metrics, 'coset_correspondences')).toEqual(['coset_correspondences 6']);
    metrics.observe({ eventsDropped: 7, isLeading: true, pending, rejections: [], correspondences: 0 });
    expect(await lines(metrics, 'coset_events_dropped_total')).toEqual(['coset_events_dropped_total 7']);
    expect(await lines(metrics, 'scheduler_unschedulable_pods')).toEqual([]);
  });
});

it('two schedulers in one process keep their metrics apart', async () => {
  const [one, other] = [new SchedulerMetrics(), new SchedulerMetrics()];
  one.cycle({ classes: 1, decisions: 1, filterPasses: 1 });
  expect(await lines(other, 'coset_cycles_total')).toEqual(['coset_cycles_total 0']);
});
