// Pods that have an object for their own, such as a claim: its events help them alone, and not the others of their group. Those
// that share one are alike to its events, and one is asked for all of them: there may be thousands.
import type { Entry, Group } from './entry.ts';
import type { LoggedEvent } from './event-log.ts';
import { isTooMuch } from './hint-effort.ts';
import type { SharedEvent } from './types.ts';

/** Whether an event helps the pod of an entry. */
export type Help = (event: SharedEvent, entry: Entry) => boolean;

/** Those of the object's owners that its event helps. */
export function helpedOwners(owners: readonly Entry[], event: SharedEvent, help: Help): Entry[] {
  const answers = new Map<Group, boolean>();
  return owners.filter((entry) => {
    const { group } = entry;
    if (!answers.has(group!)) answers.set(group!, help(event, entry));
    return answers.get(group!);
  });
}

/**
 * Those of the pods that were just parked which an event of one of their own objects helps that came while they were decided.
 * `told` has such events by object.
 */
export function helpedMeanwhile(
  parked: readonly Entry[],
  told: ReadonlyMap<string, readonly LoggedEvent[]>,
  ownObjectsOf: (entry: Entry) => readonly string[],
  help: Help,
): Entry[] {
  if (told.size === 0) return [];
  const answers = new Map<string, boolean>();
  const helpsBy = (name: string, entry: Entry): boolean => {
    const events = told.get(name)?.filter(({ position }) => position >= entry.eventsFrom) ?? [];
    return isTooMuch(events.length, entry.pod) || events.some(({ event }) => help(event, entry));
  };
  return parked.filter((entry) =>
    ownObjectsOf(entry).some((name) => {
      const asked = `${name} ${entry.eventsFrom}`;
      if (!answers.has(asked)) answers.set(asked, helpsBy(name, entry));
      return answers.get(asked);
    }),
  );
}
