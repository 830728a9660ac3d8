// Wake-up hints: what plugins say of events. One that fails stops no other, and is told once.
import type { ClusterEvent } from '../model/events.ts';
import type { Pod } from '../model/types.ts';
import type { QueueOptions } from './types.ts';

const FAULTS_TOLD = 100;

export class Hints {
  readonly #options: Pick<QueueOptions, 'helps' | 'onHintFault'>;
  /** Those that were told. */
  readonly #faults = new Set<string>();

  constructor(options: Pick<QueueOptions, 'helps' | 'onHintFault'>) {
    this.#options = options;
  }

  /** Whether the event can help. A hint that fails says nothing, so that the pod is tried; others are asked all the same. */
  help(event: ClusterEvent, pod: Pod, plugins: readonly string[]): boolean {
    try {
      return this.#options.helps(event, pod, plugins);
    } catch (error) {
      const { message } = error as Error;
      const fault = `${plugins.join()}: ${message}`;
      if (!this.#faults.has(fault) && this.#faults.size < FAULTS_TOLD) {
        this.#faults.add(fault);
        this.#options.onHintFault?.(plugins, message);
      }
      return true;
    }
  }
}
