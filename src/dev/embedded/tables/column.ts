// Columns of tables, and the texts that many of them share.
import type { ApiObject, Container, LabelSelector } from '../../../model/types.ts';

export interface Column {
  name: string;
  /** Columns of priority 1 are printed by -o wide only. */
  priority: 0 | 1;
  cell: (object: ApiObject) => string;
}

/** A column of one kind's objects: `never` takes a cell of any kind. */
export function column(
  name: string,
  cell: (object: never) => string | number | boolean | undefined,
  priority: 0 | 1 = 0,
): Column {
  const text = cell as (object: ApiObject) => string | number | boolean | undefined;
  return { name, priority, cell: (object) => String(text(object) ?? '') };
}

/** A column of -o wide. */
export function wide(name: string, cell: (object: never) => string | number | boolean | undefined): Column {
  return column(name, cell, 1);
}

export const NONE = '<none>';
export const UNSET = '<unset>';
export const NAME = column('Name', ({ metadata }: ApiObject) => metadata?.name);
export const AGE = column('Age', ({ metadata }: ApiObject) => since(metadata?.creationTimestamp));

/** How long ago something was. */
export function since(timestamp: string | undefined): string {
  if (timestamp === undefined) return '<unknown>';
  return duration((Date.now() - Date.parse(timestamp)) / 1000);
}

/** A time span in its two largest units at most: 45s, 3m20s, 5h12m, 9d. */
export function duration(exactSeconds: number): string {
  const seconds = Math.max(0, Math.floor(exactSeconds));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  const years = Math.floor(days / 365);
  const pair = (large: number, one: string, small: number, other: string) =>
    small === 0 ? `${large}${one}` : `${large}${one}${small}${other}`;
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  if (days < 8) return pair(days, 'd', hours % 24, 'h');
  if (years < 2) return `${days}d`;
  return years < 8 ? pair(years, 'y', days % 365, 'd') : `${years}y`;
}

export function containerNames(containers: Container[] | undefined): string {
  return (containers ?? []).map(({ name }) => name).join(',');
}

export function containerImages(containers: Container[] | undefined): string {
  return (containers ?? []).map(({ image }) => image).join(',');
}

export function labelsText(labels: Record<string, string> | undefined): string {
  const pairs = Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.map(([key, value]) => `${key}=${value}`).join(',') || NONE;
}

export function selectorText(selector: LabelSelector | undefined): string {
  const { matchLabels, matchExpressions = [] } = selector ?? {};
  const labels = matchLabels === undefined ? [] : [labelsText(matchLabels)];
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key;
    return operator === 'DoesNotExist' ? `!${key}` : `${key} ${operator.toLowerCase()} (${values.join(',')})`;
  });
  return [...labels, ...expressions].join(',') || NONE;
}

const ACCESS_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

export function accessModes(modes: string[] | undefined): string {
  return (modes ?? []).map((mode) => ACCESS_MODES[mode] ?? mode).join(',');
}
