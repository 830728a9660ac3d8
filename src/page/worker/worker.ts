// The page's worker: reads files and plans, while the page goes on answering.
import { ConfigurationError } from '../../config/configuration.ts';
import { decodeText, TextError } from '../../model/text.ts';
import { PlannerError } from '../../planner/planner-error.ts';
import type { SourceFile } from '../../scenario/read.ts';
import { ScenarioError } from '../../scenario/reader.ts';
import { IncompleteError, planFiles, type PlannedFiles } from './planning.ts';
import type { Reply, Request, Source } from './protocol.ts';

const PROGRESS_MS = 50;

const clock = { now: () => Date.now(), monotonic: () => performance.now() };

let planned: PlannedFiles | undefined;

addEventListener('message', (event) => {
  const data = event.data as Request;
  if (data.type === 'plan') void plan(data.sources);
  else explain(data.id, data.pod);
});

function reply(message: Reply): void {
  postMessage(message);
}

async function plan(sources: readonly Source[]): Promise<void> {
  try {
    const files: SourceFile[] = [];
    for (const { name, blob } of sources) files.push({ name, text: await readText(name, blob) });
    let last = -Infinity;
    planned = planFiles(files, {
      clock,
      onReading: () => reply({ type: 'progress', progress: { step: 'reading', name: namesOf(sources) } }),
      onDecided: (decided, pods) => {
        if (clock.monotonic() - last < PROGRESS_MS) return;
        last = clock.monotonic();
        reply({ type: 'progress', progress: { step: 'deciding', decided, pods } });
      },
    });
    reply({ type: 'planned', view: planned.view });
  } catch (error) {
    reply({ type: 'failed', message: messageOf(error), isIncomplete: error instanceof IncompleteError });
  }
}

async function readText(name: string, blob: Blob): Promise<string> {
  reply({ type: 'progress', progress: { step: 'reading', name } });
  let bytes: ArrayBuffer;
  try {
    bytes = await blob.arrayBuffer();
  } catch (error) {
    // a folder, or a file that has changed since
    throw new ScenarioError(`${name}: cannot be read: ${(error as Error).message}`);
  }
  try {
    return decodeText(new Uint8Array(bytes));
  } catch (error) {
    throw error instanceof TextError ? new ScenarioError(`${name}: ${error.message}`) : error;
  }
}

function explain(id: number, pod: string): void {
  try {
    reply({ type: 'explained', id, explanation: planned!.explain(pod) });
  } catch (error) {
    reply({ type: 'unexplained', id, message: messageOf(error) });
  }
}

function namesOf(sources: readonly Source[]): string {
  return sources.map(({ name }) => name).join(', ');
}

/** Input that cannot be used says so itself; anything else is a fault of coset's own. */
function messageOf(error: unknown): string {
  const isInput = [ScenarioError, ConfigurationError, PlannerError, IncompleteError].some(
    (type) => error instanceof type,
  );
  if (isInput) return (error as Error).message;
  return `a fault of coset's own: ${error instanceof Error ? error.message : String(error)}`;
}
