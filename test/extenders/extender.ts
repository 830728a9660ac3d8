// An extender that answers as the test says.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Pod } from '../../src/model/types.ts';

/** What an extender is asked. */
export interface Question {
  verb: string;
  pod?: Pod;
  /** The names of the nodes, whichever way they came. */
  nodes: string[];
  body: Record<string, any>;
}

/** An answer's body, or how else it answers; undefined leaves the question open. */
export type Answer = { json: unknown } | { text: string; status?: number } | undefined;

export interface FakeExtender {
  url: string;
  questions: Question[];
  answer: (question: Question) => Answer | Promise<Answer>;
}

/** Serves an extender until the test ends. */
export async function serveExtender(answer: FakeExtender['answer']): Promise<FakeExtender> {
  const fake: FakeExtender = { url: '', questions: [], answer };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, any>;
      const nodes: string[] =
        body['NodeNames'] ?? body['Nodes']?.items.map((node: any) => node.metadata.name) ?? [];
      const question = { verb: (request.url ?? '').split('/').at(-1), pod: body['Pod'], nodes, body };
      fake.questions.push(question);
      void Promise.resolve(fake.answer(question)).then((given) => {
        if (given === undefined) return;
        response.statusCode = 'status' in given ? (given.status ?? 200) : 200;
        response.end('text' in given ? given.text : JSON.stringify(given.json));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/scheduler`;
  return fake;
}

/** The answer to a filter that leaves the nodes. */
export const leaves = (
  nodes: string[],
  failed: Record<string, string> = {},
  forGood: Record<string, string> = {},
): Answer => ({ json: { NodeNames: nodes, FailedNodes: failed, FailedAndUnresolvableNodes: forGood } });
