// How replicas that are all active share nodes, as a function of what one Lease says: state in, state out. Every change is
// written on condition that nobody has written since, so that there is one history of states, and each member acts by one.
//
// A view deals the nodes out. A member acts by the view that the state says it acts by, and takes the newest one when
// nothing is under way that it has decided by the old one. It uses a node when the view that it acts by gives it the node,
// and the view of no other member gives it to that one. Of two members whose views give both of them a node, the one whose
// view was written last has seen the other's, and waits; the other one goes on until it has taken a newer view.
//
//   shards ──> a member wants all nodes: a view with its turn ──> all act by it ──> it decides over all ──> shards
import { nodeOwner, podOwner, type View } from './view.ts';

export interface Member {
  /** Counts up: the others see by it that the member lives. */
  readonly renewals: number;
  /** The version of the view that it acts by. */
  readonly acts: number;
  /** It has pods to decide on: by all nodes, or by its own. */
  readonly wants?: 'turn' | 'nodes';
}

export interface FleetState {
  /** Of the newest view. */
  readonly version: number;
  /** The newest view, and those that members act by, by their versions. */
  readonly views: Readonly<Record<number, View>>;
  readonly members: Readonly<Record<string, Member>>;
  /** A resourceVersion of pods: who has been told up to here knows what was bound by views that nobody acts by any more. */
  readonly podsVersion?: string;
  /** The version of the view in which a member was left out of which it is not known what it has bound. */
  readonly lapsed?: number;
}

/** What a member has to say when it writes. */
export interface Word {
  /** Nothing that it has decided is under way. */
  isClear: boolean;
  /** The greatest resourceVersion of the pods that it has bound, as it was told of them. */
  podsVersion?: string;
  wants?: Member['wants'];
  /** Members that have not renewed for as long as the lease says. */
  silent: readonly string[];
  /** It may ask for a turn now. */
  mayTakeTurn: boolean;
  /** It decides nothing more in its turn: it has decided everything, or the others waited long enough. */
  isTurnOver: boolean;
  /** It has just renewed, and says so. */
  renews: boolean;
}

/** What a member may do: decide over all nodes, over those that it uses, or nothing until it has taken the newest view. */
export type Phase = 'all' | 'shard' | 'none';

const NOBODY: FleetState = { version: 0, views: { 0: { members: [] } }, members: {} };

/** Nobody is a member yet. `afterCrash`: who had the nodes before has stopped without a word. */
export function emptyState(afterCrash: boolean): FleetState {
  return afterCrash ? { ...NOBODY, lapsed: 0 } : NOBODY;
}

export function newestView({ version, views }: FleetState): View {
  return views[version]!;
}

/** The state after the member's word; the same one when there is nothing to write. */
export function advance(before: FleetState, me: string, word: Word): FleetState {
  // who may decide while this is written must not give up what it may decide on
  const isDone = word.isClear && (word.isTurnOver || phaseOf(before, me) === 'none');
  let state = leftOut(before, me, word.silent);
  if (state.members[me] === undefined) state = joined(state, me);
  const isBehind = state.members[me]!.acts !== state.version;
  // what it has decided stays its own in a turn of its own
  if (isBehind && (isDone || newestView(state).turn === me)) state = takingNewest(state, me, word);
  if (isDone && word.isTurnOver && newestView(state).turn === me) {
    const next = withView(state, { members: newestView(state).members });
    state = takingNewest(next, me, word);
  }
  if (word.mayTakeTurn && word.wants === 'turn' && isAgreed(state) && newestView(state).turn === undefined) {
    const next = withView(state, { members: newestView(state).members, turn: me });
    state = withMember(next, me, { acts: next.version });
  }
  if (state.members[me]!.wants !== word.wants) state = withMember(state, me, { wants: word.wants });
  if (word.renews || state !== before)
    state = withMember(state, me, { renewals: state.members[me]!.renewals + 1 });
  return state === before ? before : pruned(state);
}

/** The state without a member that has ended. What it has bound and was not told of, the others have listed. */
export function left(
  before: FleetState,
  me: string,
  { podsVersion, isClear }: Pick<Word, 'podsVersion' | 'isClear'>,
): FleetState {
  const next = without(before, [me]);
  const known = { ...next, podsVersion: later(before.podsVersion, podsVersion) };
  return pruned(isClear ? known : { ...known, lapsed: next.version });
}

/** Whether all members act by the newest view. */
export function isAgreed({ version, members }: FleetState): boolean {
  return Object.values(members).every(({ acts }) => acts === version);
}

export function phaseOf(state: FleetState, me: string): Phase {
  const member = state.members[me];
  if (member === undefined || member.acts !== state.version) return 'none';
  const { turn } = newestView(state);
  if (turn === undefined) return 'shard';
  if (turn !== me) return 'none';
  return isAgreed(state) ? 'all' : 'shard';
}

/** Whether the member uses the node: may decide that a pod gets it. */
export function usesNode(state: FleetState, me: string, node: string): boolean {
  return isAlone(state, me, (view) => nodeOwner(view, node));
}

/** Whether the member decides on the pods of this key. */
export function usesPod(state: FleetState, me: string, key: string): boolean {
  return isAlone(state, me, (view) => podOwner(view, key));
}

/** Whether by the views that they act by it is the member's, and no other one's. */
function isAlone({ members, views }: FleetState, me: string, ownerBy: (view: View) => string | undefined) {
  let isOwn = false;
  for (const [name, { acts }] of Object.entries(members)) {
    if (ownerBy(views[acts]!) !== name) continue;
    if (name !== me) return false;
    isOwn = true;
  }
  return isOwn;
}

/** Whether a resourceVersion is not before another one: both are numbers without leading zeros, of any length. */
export function hasReached(version: string | undefined, mark: string | undefined): boolean {
  if (mark === undefined) return true;
  if (version === undefined) return false;
  return version.length === mark.length ? version >= mark : version.length > mark.length;
}

export function later(one: string | undefined, other: string | undefined): string | undefined {
  return hasReached(one, other) ? one : other;
}

function takingNewest(state: FleetState, me: string, { podsVersion }: Word): FleetState {
  const next = withMember(state, me, { acts: state.version });
  return { ...next, podsVersion: later(state.podsVersion, podsVersion) };
}

function joined(state: FleetState, me: string): FleetState {
  const { members, turn } = newestView(state);
  const next = withView(state, { members: [...members, me].sort(), turn });
  return { ...next, members: { ...next.members, [me]: { renewals: 0, acts: next.version } } };
}

function leftOut(state: FleetState, me: string, silent: readonly string[]): FleetState {
  const gone = silent.filter((name) => name !== me && state.members[name] !== undefined);
  if (gone.length === 0) return state;
  const next = without(state, gone);
  return { ...next, lapsed: next.version };
}

function without(state: FleetState, gone: readonly string[]): FleetState {
  const { members, turn } = newestView(state);
  const stays = (name: string) => !gone.includes(name);
  const next = withView(state, {
    members: members.filter(stays),
    turn: turn !== undefined && stays(turn) ? turn : undefined,
  });
  return {
    ...next,
    members: Object.fromEntries(Object.entries(next.members).filter(([name]) => stays(name))),
  };
}

function withView(state: FleetState, { members, turn }: View): FleetState {
  const version = state.version + 1;
  const view: View = turn === undefined ? { members } : { members, turn };
  return { ...state, version, views: { ...state.views, [version]: view } };
}

function withMember(state: FleetState, me: string, change: Partial<Member>): FleetState {
  return { ...state, members: { ...state.members, [me]: { ...state.members[me]!, ...change } } };
}

/** Without the views that nobody acts by. */
function pruned(state: FleetState): FleetState {
  const used = new Set([state.version, ...Object.values(state.members).map(({ acts }) => acts)]);
  const views = Object.entries(state.views).filter(([version]) => used.has(Number(version)));
  return { ...state, views: Object.fromEntries(views) };
}
