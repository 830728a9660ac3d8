// What the pods of a class need of devices is asked for on one node after another, and again on those nodes whose devices
// were taken or given back.
import { CODE_FEASIBLE } from '../../assembly/layout.ts';
import type { RawScore } from '../kernel/program/parts.ts';
import { QuantityError } from '../model/quantity.ts';
import {
  unresolvable,
  type NodeRejection,
  type PackContext,
  type Question,
  type Remedy,
} from '../plugins/plugin.ts';
import { LogReader } from '../state/change-log.ts';
import type { Attempt, Obstacle } from './attempt.ts';
import { DeviceUsage } from './device-usage.ts';
import { DevicePools } from './devices.ts';
import { AllocationError } from './types.ts';

export const OBSTACLES: Readonly<Record<Obstacle, NodeRejection>> = {
  'no devices': unresolvable('cannot allocate all claims'),
  'not available': unresolvable('resourceclaim not available on the node'),
  'invalid pools': unresolvable('invalid resource pools were encountered'),
  missing: unresolvable('cannot fit resource'),
  stale: unresolvable('cannot schedule extended resource claim'),
};

/** An attempt counts in tenths of a microsecond, a decision in steps of some nanoseconds. */
const STEPS_A_COST = 20;

/** The message of an error that lies in the objects; any other is thrown on. */
export function messageOf(error: unknown): string {
  if (error instanceof AllocationError || error instanceof QuantityError) return error.message;
  throw error;
}

/** Of pods that are packed anew after each of them. */
export class NodeByNode implements Question {
  protected readonly attempt: Attempt;
  protected readonly context: PackContext;
  readonly #raw?: RawScore;
  readonly #explanations = new Map<number, NodeRejection>();
  readonly #errors = new Map<number, string>();

  /** `raw` is where the scores go, if there are any. */
  constructor(attempt: Attempt, context: PackContext, raw?: RawScore) {
    this.attempt = attempt;
    this.context = context;
    this.#raw = raw;
  }

  get scores(): boolean {
    return this.#raw !== undefined;
  }

  ask(row: number): number {
    const { cluster, builder, code } = this.context;
    const before = this.attempt.spent;
    this.#errors.delete(row);
    try {
      const found = this.attempt.on(cluster.nodes.node(row)!);
      if (typeof found !== 'string') {
        if (this.#raw !== undefined) builder.setRaw(this.#raw, row, this.attempt.scoreOf(found));
        return CODE_FEASIBLE;
      }
      this.#explanations.set(row, OBSTACLES[found]);
    } catch (error) {
      const message = messageOf(error);
      this.#errors.set(row, message);
      this.#explanations.set(row, unresolvable(message));
    } finally {
      builder.effort.note(STEPS_A_COST * (this.attempt.spent - before));
    }
    return code;
  }

  errorOn(row: number): string | undefined {
    return this.#errors.get(row);
  }

  remedy(): Remedy | undefined {
    return this.attempt.remedy();
  }

  explain(row: number): NodeRejection {
    return this.#explanations.get(row)!;
  }
}

/** Of pods whose claims are alike and their own: what one of them takes can matter to the others on the same nodes only. */
export class KeptNodeByNode extends NodeByNode {
  readonly #touched: LogReader<string>;

  constructor(attempt: Attempt, context: PackContext, raw?: RawScore) {
    super(attempt, context, raw);
    this.#touched = new LogReader(DeviceUsage.of(context.cluster.store).touched, 'now');
  }

  touched(): readonly number[] {
    const { cluster } = this.context;
    DeviceUsage.of(cluster.store);
    const pools = this.#touched.next();
    if (pools?.length === 0) return [];
    this.attempt.renew();
    const rows = new Set<number>();
    for (const pool of new Set(pools)) {
      const ofPool = DevicePools.of(cluster).rowsOf(pool, cluster);
      if (ofPool === 'all') return allRows(cluster.nodes.columns.rows);
      for (const row of ofPool) rows.add(row);
    }
    return pools === undefined ? allRows(cluster.nodes.columns.rows) : [...rows];
  }
}

function allRows(count: number): number[] {
  return Array.from({ length: count }, (_, row) => row);
}
