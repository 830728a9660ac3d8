// How bad a run is: which faults it has, and how often. Some have one kind of them only, some have none.
import type { Chance } from './chance.ts';

/** What may become of a request. */
export const REQUEST_FAULTS = [
  'finds no connection',
  'is lost',
  'is lost in silence',
  'is carried out, and its answer lost',
  'is carried out, and never answered',
  'is answered 409',
  'is answered 410',
  'is answered 429',
  'is answered 500',
  'is carried out and answered 500',
  'is answered by a proxy',
  'arrives late',
  'is answered late',
] as const;
export type RequestFault = (typeof REQUEST_FAULTS)[number];

/** What may become of a watch at one of its lines. */
export const WATCH_FAULTS = [
  'is cut in the line',
  'ends before it',
  'falls silent',
  'tells it twice',
  'tells it late',
  'tells it in pieces',
  'tells of error 410',
  'tells of error 500',
] as const;
export type WatchFault = (typeof WATCH_FAULTS)[number];

export interface Weather {
  /** Probabilities for each request, and each line of a watch. */
  requestFaults: number;
  watchFaults: number;
  requestKinds: Record<RequestFault, number>;
  watchKinds: Record<WatchFault, number>;
  lostBookmarks: number;
  /** A process is killed when it sends. */
  kills: number;
  /** How far from each other messages arrive that were sent together, in milliseconds. */
  spreadMs: number;
  /** What a machine loses between two looks at its clock, in milliseconds. */
  msPerLook: number;
  /** Of what happens to machines and the server, by how often. */
  incidents: number;
}

const FAIR: Weather = {
  ...{
    requestFaults: 0,
    watchFaults: 0,
    lostBookmarks: 0,
    kills: 0,
    spreadMs: 2,
    msPerLook: 0,
    incidents: 0,
  },
  requestKinds: kinds(REQUEST_FAULTS, () => 1),
  watchKinds: kinds(WATCH_FAULTS, () => 1),
};

/** Runs without faults, one of so many. */
const FAIR_RUNS = 0.1;

export function weatherOf(chance: Chance): Weather {
  if (chance.of('weather') < FAIR_RUNS) return FAIR;
  const rate = (name: string, rates: readonly number[]) => chance.oneOf(`weather: ${name}`, rates);
  const some = (name: string) => (chance.of(`weather: ${name}`) < 0.5 ? 1 : 0);
  return {
    requestFaults: rate('requests', [0, 0.01, 0.05, 0.2]),
    watchFaults: rate('watches', [0, 0.005, 0.02, 0.1]),
    requestKinds: kinds(REQUEST_FAULTS, some),
    watchKinds: kinds(WATCH_FAULTS, some),
    lostBookmarks: rate('bookmarks', [0, 0.5, 1]),
    kills: rate('kills', [0, 0, 0.002, 0.01]),
    spreadMs: rate('spread', [2, 2, 20, 200]),
    msPerLook: rate('looks', [0, 0, 1, 3]),
    incidents: rate('incidents', [0, 0.5, 1, 2]),
  };
}

function kinds<T extends string>(names: readonly T[], weightOf: (name: T) => number): Record<T, number> {
  return Object.fromEntries(names.map((name) => [name, weightOf(name)])) as Record<T, number>;
}
