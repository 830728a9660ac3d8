// A driver's limit as an amount of which each node has so much: the volumes that pods of a class have for themselves are
// asked for and taken; those that they share with others are there already as soon as one of them is.
import type { ProgramBuilder } from '../../kernel/program/builder.ts';
import { LogReader } from '../../state/change-log.ts';
import type { Cluster } from '../../state/cluster.ts';
import type { Column } from '../../state/columns/column.ts';
import type { Arena } from '../../state/columns/arena.ts';
import { AttachedVolumes } from './attached-volumes.ts';
import type { Wanted } from './wanted.ts';

const UNLIMITED = Number.MAX_SAFE_INTEGER;

interface DriverColumn {
  driver: string;
  /** What each pod of the class has for itself. */
  own: number;
  shared: readonly string[];
  limits: ReadonlyMap<number, number>;
  used: Column;
}

export class LimitColumns {
  readonly #arena: Arena;
  readonly #columns: readonly DriverColumn[];
  readonly #touched: LogReader<number>;

  constructor(cluster: Cluster, wanted: Wanted, builder: ProgramBuilder, code: number) {
    const attached = AttachedVolumes.of(cluster);
    this.#touched = new LogReader(cluster.volumeUsers.touched, 'now');
    this.#arena = builder.columns.arena;
    this.#columns = wanted.drivers.flatMap((driver) => {
      const limits = attached.limits(driver);
      if (limits.size === 0) return [];
      const own = wanted.own.get(driver) ?? 0;
      const shared = [...wanted.shared].filter(([, of]) => of === driver).map(([volume]) => volume);
      const values = new Map<number, number>();
      for (const row of limits.keys()) {
        const used = usedOn(attached, row, { driver, own, shared });
        if (used !== 0) values.set(row, used);
      }
      const allocatable = builder.ownColumn(limits, UNLIMITED);
      const used = builder.ownColumn(values, 0);
      builder.requests({ allocatable, used }, own, code);
      builder.uses(used, own);
      return [{ driver, own, shared, limits, used }];
    });
  }

  /** Works out again what is used in these rows. */
  refresh(cluster: Cluster, rows: readonly number[]): void {
    const attached = AttachedVolumes.of(cluster);
    for (const column of this.#columns) {
      const first = column.used.pointer / 8;
      for (const row of rows) {
        if (!column.limits.has(row)) continue;
        this.#arena.f64[first + row] = usedOn(attached, row, column);
      }
    }
  }

  /** The rows where something may be attached that was not known when this was asked last. */
  touched(): readonly number[] {
    const rows = this.#touched.next();
    if (this.#columns.length === 0) return [];
    return rows ?? [...new Set(this.#columns.flatMap(({ limits }) => [...limits.keys()]))];
  }
}

/** What is used of a limit before a pod comes, with the shared volumes that would be attached with it. */
function usedOn(
  attached: AttachedVolumes,
  row: number,
  { driver, own, shared }: Pick<DriverColumn, 'driver' | 'own' | 'shared'>,
): number {
  const { ofPods, counts } = attached.on(row);
  let fresh = 0;
  for (const volume of shared) if (!ofPods.has(volume)) fresh++;
  // what attaches nothing is not asked whether there is room
  return own + fresh === 0 ? 0 : (counts.get(driver) ?? 0) + fresh;
}
