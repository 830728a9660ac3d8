// What the page knows: the sources, the plan that is shown, the one that is being made, and what went wrong. A plan that
// cannot be made, or is cancelled, leaves everything as it was.
import type { ExplanationView, PlanView } from './view/types.ts';
import type { Progress, Source } from './worker/protocol.ts';

export interface PlansState {
  sources: readonly Source[];
  view?: PlanView;
  /** How many plans have been shown. */
  shown: number;
  /** The plan that is being made. */
  attempt?: { sources: readonly Source[]; progress?: Progress };
  /** `isIncomplete` says that the sources are kept, and more are needed. */
  failure?: { message: string; isIncomplete: boolean };
}

/** Sources that cannot be planned; when `isIncomplete`, they are right and more are needed. */
export class PlanFailure extends Error {
  readonly isIncomplete: boolean;

  constructor(message: string, isIncomplete: boolean) {
    super(message);
    this.isIncomplete = isIncomplete;
  }
}

/** Who makes one plan, and explains it. */
export interface Session {
  /** Rejects with a PlanFailure; neither once the session is closed. */
  readonly planned: Promise<PlanView>;
  explain: (pod: string) => Promise<ExplanationView>;
  close: () => void;
}

type StartSession = (sources: readonly Source[], onProgress: (progress: Progress) => void) => Session;

export class Plans {
  readonly #start: StartSession;
  readonly #onChange: (state: PlansState) => void;
  #state: PlansState = { sources: [], shown: 0 };
  #shown?: Session;
  #attempted?: Session;

  constructor(start: StartSession, onChange: (state: PlansState) => void) {
    this.#start = start;
    this.#onChange = onChange;
  }

  /** Plans with these sources too; one takes the place of another one of its name. */
  add(added: readonly Source[]): void {
    const names = new Set(added.map(({ name }) => name));
    const { attempt, sources } = this.#state;
    const others = (attempt?.sources ?? sources).filter(({ name }) => !names.has(name));
    this.#plan([...others, ...added]);
  }

  remove(name: string): void {
    const sources = this.#state.sources.filter((source) => source.name !== name);
    if (sources.length === 0) this.clear();
    else this.#plan(sources);
  }

  clear(): void {
    this.cancel();
    this.#shown?.close();
    this.#shown = undefined;
    this.#set({ sources: [], shown: this.#state.shown });
  }

  cancel(): void {
    this.#attempted?.close();
    this.#attempted = undefined;
    this.#set({ ...this.#state, attempt: undefined });
  }

  dismissFailure(): void {
    this.#set({ ...this.#state, failure: undefined });
  }

  explain(pod: string): Promise<ExplanationView> {
    return this.#shown === undefined
      ? Promise.reject(new Error('no plan is shown'))
      : this.#shown.explain(pod);
  }

  #plan(sources: readonly Source[]): void {
    this.cancel();
    const session = this.#start(sources, (progress) => {
      if (this.#attempted === session) this.#set({ ...this.#state, attempt: { sources, progress } });
    });
    this.#attempted = session;
    this.#set({ ...this.#state, attempt: { sources }, failure: undefined });
    session.planned.then(
      (view) => {
        if (this.#attempted === session) this.#show(session, sources, view);
      },
      (failure: unknown) => {
        if (this.#attempted === session) this.#giveUp(session, sources, failure as PlanFailure);
      },
    );
  }

  #show(session: Session, sources: readonly Source[], view: PlanView): void {
    this.#attempted = undefined;
    this.#shown?.close();
    this.#shown = session;
    this.#set({ sources, view, shown: this.#state.shown + 1 });
  }

  #giveUp(session: Session, sources: readonly Source[], { message, isIncomplete }: PlanFailure): void {
    this.#attempted = undefined;
    session.close();
    const failure = { message, isIncomplete };
    if (!isIncomplete) {
      this.#set({ ...this.#state, attempt: undefined, failure });
      return;
    }
    this.#shown?.close();
    this.#shown = undefined;
    this.#set({ sources, failure, shown: this.#state.shown });
  }

  #set(state: PlansState): void {
    this.#state = state;
    this.#onChange(state);
  }
}
