// One plan in a worker of its own: it is made there, explained there, and gone with it.
import workerSource from 'coset:worker';
import { PlanFailure, type Session } from '../plans.ts';
import type { ExplanationView, PlanView } from '../view/types.ts';
import type { Progress, Reply, Request, Source } from '../worker/protocol.ts';

interface Asked {
  resolve: (explanation: ExplanationView) => void;
  reject: (error: Error) => void;
}

/** All workers run the script that the page brings along. */
let workerUrl: string | undefined;

export class PlanSession implements Session {
  readonly planned: Promise<PlanView>;
  readonly #worker: Worker;
  readonly #asked = new Map<number, Asked>();
  #questions = 0;

  constructor(sources: readonly Source[], onProgress: (progress: Progress) => void) {
    workerUrl ??= URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }));
    this.#worker = new Worker(workerUrl);
    this.planned = new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => {
        if (data.type === 'progress') onProgress(data.progress);
        else if (data.type === 'planned') resolve(data.view);
        else if (data.type === 'failed') reject(new PlanFailure(data.message, data.isIncomplete));
        else this.#answer(data);
      };
      this.#worker.onerror = ({ message }) =>
        reject(new PlanFailure(`the worker that plans has ended: ${message || 'no reason given'}`, false));
    });
    this.#send({ type: 'plan', sources });
  }

  /** Why a pod goes where it goes. Rejects with what the worker says. */
  explain(pod: string): Promise<ExplanationView> {
    const id = this.#questions++;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#send({ type: 'explain', id, pod });
    });
  }

  close(): void {
    this.#worker.terminate();
  }

  #send(request: Request): void {
    this.#worker.postMessage(request);
  }

  #answer(reply: Extract<Reply, { type: 'explained' | 'unexplained' }>): void {
    const asked = this.#asked.get(reply.id);
    this.#asked.delete(reply.id);
    if (reply.type === 'explained') asked?.resolve(reply.explanation);
    else asked?.reject(new Error(reply.message));
  }
}
