// Has extenders asked about pods: one pod after another, as kube-scheduler does, while all others are scheduled.
//
//   cycle ──ask──> waiting ──> open: asked about ──answer──> queue ──> cycle ──decided──> the next one
import type { Node, Pod } from '../../model/types.ts';
import type { Extender } from '../../config/types.ts';
import type { ExtenderQueries } from '../../cycle/ports.ts';
import type { ExtenderAnswer, NodeRefusal } from '../../plugins/extender/answer.ts';
import type { BindOutcome } from '../../kube/binder.ts';
import type { Clock } from '../../kube/clock.ts';
import type { QueuedPod } from '../../queue/types.ts';
import { HttpExtender, type AskedNode } from './http-extender.ts';

export interface ExtendersOptions {
  extenders: readonly Extender[];
  clock: Clock;
  /** The nodes that a pod could have. */
  nodesFor(pod: QueuedPod): string[];
  /** A node as the API server has it. */
  node(name: string): Node | undefined;
  /** Takes a pod back whose answer is there. */
  giveBack(pod: QueuedPod): void;
  /** Told of an extender that failed and was passed over. */
  onPassedOver(extender: string, error: string): void;
}

export class Extenders implements ExtenderQueries {
  readonly #options: ExtendersOptions;
  readonly #extenders: readonly HttpExtender[];
  readonly #answers = new WeakMap<Pod, ExtenderAnswer>();
  readonly #waiting = new Map<string, QueuedPod>();
  /** The pod that is asked about, or was and is not decided yet. */
  #open?: QueuedPod;
  #isAsking = false;
  #isClosed = false;

  /** Throws when a file of an extender's TLS configuration cannot be read. */
  constructor(options: ExtendersOptions) {
    this.#options = options;
    this.#extenders = options.extenders.map((extender) => new HttpExtender(extender));
  }

  concerns(pod: Pod): boolean {
    return this.#extenders.some((extender) => extender.concerns(pod));
  }

  answerTo(pod: Pod): ExtenderAnswer | undefined {
    return this.#answers.get(pod);
  }

  ask(pod: QueuedPod): void {
    this.#waiting.set(pod.key, pod);
    // it was changed since it was asked about
    if (this.#open === pod && !this.#isAsking) this.#open = undefined;
    this.next();
  }

  giveBack(pod: QueuedPod): void {
    this.#options.giveBack(pod);
  }

  decided(pod: QueuedPod): void {
    this.#answers.delete(pod.pod);
    if (this.#open !== pod) return;
    this.#open = undefined;
    this.next();
  }

  /** Has the next pod asked about, when the last one is decided or gone. */
  next(): void {
    if (this.#isAsking || this.#isClosed) return;
    if (this.#open !== undefined && !this.#open.hasLeft) return;
    this.#open = undefined;
    for (const [key, pod] of this.#waiting) {
      this.#waiting.delete(key);
      if (pod.hasLeft) continue;
      this.#open = pod;
      this.#isAsking = true;
      void this.#ask(pod);
      return;
    }
  }

  /** Has an extender bind the pod, if one wants to. Never throws. */
  async bind(pod: QueuedPod, node: string): Promise<BindOutcome | undefined> {
    for (const extender of this.#extenders) {
      const { bindVerb, ignorable } = extender.config;
      if (bindVerb === '' || !extender.concerns(pod.pod)) continue;
      try {
        await extender.bind(pod, node);
        return { type: 'bound' };
      } catch (error) {
        const { message } = error as Error;
        if (!ignorable) return { type: 'failed', message, retryable: true };
        this.#options.onPassedOver(extender.name, message);
      }
    }
    return undefined;
  }

  /** Asks nobody any more where pods may go. */
  stop(): void {
    this.#isClosed = true;
  }

  /** Gives up what is under way. */
  async close(): Promise<void> {
    this.stop();
    await Promise.all(this.#extenders.map((extender) => extender.close()));
  }

  async #ask(pod: QueuedPod): Promise<void> {
    // not within the turn of the event loop that asks
    await this.#options.clock.turn();
    const { pod: object } = pod;
    const answer = await this.#answer(pod).catch((error: unknown): ExtenderAnswer => {
      return { asked: new Set(), refused: new Map(), scores: new Map(), failure: (error as Error).message };
    });
    this.#isAsking = false;
    if (this.#isClosed) return;
    this.#answers.set(object, answer);
    this.#options.giveBack(pod);
    this.next();
  }

  async #answer(queued: QueuedPod): Promise<ExtenderAnswer> {
    const { pod } = queued;
    const extenders = this.#extenders.filter((extender) => extender.concerns(pod));
    const nodes = this.#options
      .nodesFor(queued)
      .map((name): AskedNode => ({ name, node: this.#options.node(name) }));
    const refused = new Map<string, NodeRefusal>();
    let left = nodes;
    for (const extender of extenders) {
      if (extender.config.filterVerb === '') continue;
      if (left.length === 0) break;
      left = await this.#filter(extender, pod, left, refused);
    }
    return {
      asked: new Set(nodes.map(({ name }) => name)),
      refused,
      scores: await this.#scores(extenders, pod, left),
    };
  }

  async #filter(
    extender: HttpExtender,
    pod: Pod,
    nodes: AskedNode[],
    refused: Map<string, NodeRefusal>,
  ): Promise<AskedNode[]> {
    try {
      const { left, failed, failedForGood } = await extender.filter(pod, nodes);
      for (const { name } of nodes) {
        if (left.has(name)) continue;
        const reason = failedForGood.get(name) ?? failed.get(name);
        refused.set(name, { reason, isFinal: failedForGood.has(name) });
      }
      return nodes.filter(({ name }) => left.has(name));
    } catch (error) {
      if (!extender.config.ignorable) throw error;
      this.#options.onPassedOver(extender.name, (error as Error).message);
      return nodes;
    }
  }

  /** A single node needs no score, and an extender that cannot give one is passed over. */
  async #scores(
    extenders: readonly HttpExtender[],
    pod: Pod,
    nodes: AskedNode[],
  ): Promise<Map<string, number>> {
    const scores = new Map<string, number>();
    const asked = nodes.length < 2 ? [] : extenders.filter(({ config }) => config.prioritizeVerb !== '');
    const answers = await Promise.allSettled(asked.map((extender) => extender.prioritize(pod, nodes)));
    answers.forEach((answer, n) => {
      if (answer.status === 'rejected') {
        this.#options.onPassedOver(asked[n]!.name, (answer.reason as Error).message);
        return;
      }
      for (const [node, score] of answer.value) scores.set(node, (scores.get(node) ?? 0) + score);
    });
    return scores;
  }
}
