// What the page keeps while plans are made, fail or are cancelled.
import { describe, expect, it } from 'vitest';
import { PlanFailure, Plans, type PlansState, type Session } from '../../src/page/plans.ts';
import type { PlanView } from '../../src/page/view/types.ts';
import type { Progress, Source } from '../../src/page/worker/protocol.ts';

/** A worker that plans when it is told to. */
class FakeSession implements Session {
  readonly planned: Promise<PlanView>;
  resolve!: (view: PlanView) => void;
  reject!: (failure: PlanFailure) => void;
  isClosed = false;
  readonly names: string[];
  readonly tell: (progress: Progress) => void;

  constructor(sources: readonly Source[], tell: (progress: Progress) => void) {
    this.names = sources.map(({ name }) => name);
    this.tell = tell;
    this.planned = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  explain = () => Promise.reject(new Error(`of ${this.names.join(', ')}`));

  close(): void {
    this.isClosed = true;
  }
}

function setup() {
  const sessions: FakeSession[] = [];
  let state: PlansState = { sources: [], shown: 0 };
  const plans = new Plans(
    (sources, tell) => {
      const session = new FakeSession(sources, tell);
      sessions.push(session);
      return session;
    },
    (next) => (state = next),
  );
  const happened = () => new Promise((resolve) => setTimeout(resolve));
  return { plans, sessions, happened, now: () => state };
}

const source = (name: string): Source => ({ name, blob: new Blob([]) });
const view = (name: string) => ({ name }) as unknown as PlanView;

async function withPlan() {
  const made = setup();
  made.plans.add([source('cluster')]);
  made.sessions[0]!.resolve(view('first'));
  await made.happened();
  return made;
}

describe('a plan', () => {
  it('is shown when it is made, with its sources', async () => {
    const { plans, sessions, happened, now } = setup();
    plans.add([source('cluster')]);
    expect(now().attempt?.sources).toHaveLength(1);
    sessions[0]!.tell({ step: 'deciding', decided: 1, pods: 2 });
    expect(now().attempt?.progress).toEqual({ step: 'deciding', decided: 1, pods: 2 });
    sessions[0]!.resolve(view('first'));
    await happened();
    expect(now()).toEqual({ sources: [source('cluster')], view: view('first'), shown: 1 });
  });

  it('takes the place of the one before, which is closed then', async () => {
    const { plans, sessions, happened, now } = await withPlan();
    plans.add([source('web')]);
    expect(sessions[1]!.names).toEqual(['cluster', 'web']);
    expect(sessions[0]!.isClosed).toBe(false);
    sessions[1]!.resolve(view('second'));
    await happened();
    expect(sessions[0]!.isClosed).toBe(true);
    expect(now().view).toEqual(view('second'));
    await expect(plans.explain('p')).rejects.toThrow('of cluster, web');
  });

  it('is made of the newer of two sources of one name', async () => {
    const { plans, sessions } = await withPlan();
    plans.add([source('cluster')]);
    expect(sessions[1]!.names).toEqual(['cluster']);
  });

  it('that fails leaves the one before and its sources', async () => {
    const { plans, sessions, happened, now } = await withPlan();
    plans.add([source('bad')]);
    sessions[1]!.reject(new PlanFailure('bad: is empty', false));
    await happened();
    expect(now()).toMatchObject({ sources: [source('cluster')], view: view('first') });
    expect(now().failure).toEqual({ message: 'bad: is empty', isIncomplete: false });
    await expect(plans.explain('p')).rejects.toThrow('of cluster');
    plans.dismissFailure();
    expect(now().failure).toBeUndefined();
  });

  it('that is cancelled leaves the one before, and tells nothing any more', async () => {
    const { plans, sessions, happened, now } = await withPlan();
    plans.add([source('large')]);
    plans.cancel();
    sessions[1]!.tell({ step: 'reading', name: 'large' });
    sessions[1]!.resolve(view('late'));
    await happened();
    expect(sessions[1]!.isClosed).toBe(true);
    expect(now()).toMatchObject({ sources: [source('cluster')], view: view('first'), attempt: undefined });
  });

  it('that lacks something keeps its sources until the rest comes', async () => {
    const { plans, sessions, happened, now } = setup();
    plans.add([source('web')]);
    sessions[0]!.reject(new PlanFailure('web: nodes: there is none', true));
    await happened();
    expect(now().sources).toEqual([source('web')]);
    plans.add([source('cluster')]);
    expect(now().failure).toBeUndefined();
    expect(sessions[1]!.names).toEqual(['web', 'cluster']);
  });

  it('that is begun while another one is made has the sources of both', () => {
    const { plans, sessions } = setup();
    plans.add([source('cluster')]);
    plans.add([source('web')]);
    expect(sessions.map(({ isClosed }) => isClosed)).toEqual([true, false]);
    expect(sessions[1]!.names).toEqual(['cluster', 'web']);
  });

  it('goes with its last source', async () => {
    const { plans, sessions, now } = await withPlan();
    plans.remove('cluster');
    expect(sessions[0]!.isClosed).toBe(true);
    expect(now()).toEqual({ sources: [], shown: 1 });
    await expect(plans.explain('p')).rejects.toThrow('no plan is shown');
  });
});
