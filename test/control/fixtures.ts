// A scheduler that only remembers what the control API asked of it.
import { SchedulerMetrics } from '../../src/control/metrics.ts';
import type { Check, ControlledScheduler, CycleRecord } from '../../src/control/types.ts';

export class FakeScheduler implements ControlledScheduler {
  liveChecks: Check[] = [{ name: 'loop' }];
  readyChecks: Check[] = [{ name: 'nodes' }, { name: 'pods' }];
  paused = false;
  leading = true;
  limits: number[] = [];
  records: CycleRecord[] = [];
  readonly schedulerMetrics = new SchedulerMetrics();

  live(): Check[] {
    return this.liveChecks;
  }

  ready(): Check[] {
    return this.readyChecks;
  }

  configuration(): unknown {
    return { profiles: [{ schedulerName: 'coset' }] };
  }

  state() {
    const queue = { active: 1, backoff: 2, unschedulable: 3, gated: 4 };
    return {
      paused: this.paused,
      leading: this.leading,
      cycles: this.records.length,
      classes: 1,
      correspondences: 1,
      queue,
      escrow: { reserving: 0, waiting: 1, sent: 2, unclear: 3 },
    };
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  step(cycles: number): Promise<CycleRecord[]> {
    const ran = Array.from({ length: cycles }, () => this.#cycle());
    return Promise.resolve(ran);
  }

  cycles(limit: number): CycleRecord[] {
    this.limits.push(limit);
    return this.records.toReversed().slice(0, limit);
  }

  escrow(limit: number) {
    this.limits.push(limit);
    return [{ pod: 'ns/a', node: 'one', phase: 'sent' as const, seconds: 1.5 }];
  }

  queue(limit: number) {
    this.limits.push(limit);
    return [{ key: 'ns/a', queue: 'active' as const, priority: 0, attempts: 0, since: 5, reason: '' }];
  }

  classes(limit: number) {
    this.limits.push(limit);
    return [
      { index: 'abc', pods: 2, hashes: { general: 'a', resources: 'b', rule: 'c' }, masterPod: 'ns/a' },
    ];
  }

  correspondences(limit: number) {
    this.limits.push(limit);
    const counts = { openPods: 2 };
    return [{ classIndex: 'abc', feasibleNodes: 9, bestNodes: ['n1', 'n2'], ...counts }];
  }

  metrics() {
    const { queue: pending } = this.state();
    this.schedulerMetrics.observe({
      eventsDropped: 0,
      isLeading: true,
      pending,
      rejections: [],
      correspondences: 1,
    });
    return this.schedulerMetrics.registry;
  }

  #cycle(): CycleRecord {
    const number = this.records.length + 1;
    const counts = { pods: 2, classes: 1, placed: 1, unschedulable: 1, filterPasses: 1 };
    const record = {
      number,
      started: '2026-01-01T00:00:00Z',
      durationMs: 1,
      ...counts,
      phasesMs: { filter: 0.5 },
    };
    this.records.push(record);
    return record;
  }
}
