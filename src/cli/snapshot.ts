// coset snapshot: everything of a cluster that decides where pods go, in one file.
import { writeFileSync } from 'node:fs';
import { dump } from 'js-yaml';
import type { Http2Client } from '../kube/dial.ts';
import { loadCredentials } from '../kube/credentials.ts';
import { Transport } from '../kube/transport.ts';
import { fetchObjects } from '../snapshot/fetch.ts';
import { redacted } from '../snapshot/redact.ts';
import { reduced } from '../snapshot/reduce.ts';
import { Progress } from './progress.ts';

export interface SnapshotOptions {
  kubeconfig?: string;
  http2Client: Http2Client;
  redact?: boolean;
  output: 'json' | 'yaml';
}

/** Throws when the cluster cannot be reached or refuses what is no matter of rights, and when the file cannot be written. */
export async function snapshot(
  file: string,
  { kubeconfig, http2Client, redact, output }: SnapshotOptions,
): Promise<void> {
  const transport = new Transport(await loadCredentials(kubeconfig), { http2Client });
  const progress = new Progress(process.stderr);
  try {
    const { objects, forbidden } = await fetchObjects(transport, (count, kind) => {
      progress.show(`${count} objects read, now of kind ${kind}`);
    });
    progress.clear();
    if (!objects.some(({ kind }) => kind === 'Node')) {
      const why = forbidden.includes('Node') ? ': they may not be read' : '';
      throw new Error(`${transport.server}: there are no nodes to place a pod on${why}`);
    }
    if (forbidden.length > 0) {
      const kinds = forbidden.sort().join(', ');
      process.stderr.write(
        `coset: without ${kinds}: the credentials may not list them, and a plan decides as if there were none\n`,
      );
    }
    const small = objects.map(reduced);
    write(file, text(redact ? redacted(small) : small, output));
    if (file !== '-') process.stderr.write(`coset: ${objects.length} objects in ${file}\n`);
  } finally {
    progress.clear();
    await transport.close();
  }
}

function text(items: object[], output: SnapshotOptions['output']): string {
  if (output === 'yaml')
    return dump({ apiVersion: 'v1', kind: 'List', items }, { noRefs: true, lineWidth: -1 });
  // one object a line, so that two snapshots can be compared
  const lines = items.map((item) => JSON.stringify(item)).join(',\n');
  return `{"apiVersion":"v1","kind":"List","items":[\n${lines}\n]}\n`;
}

function write(file: string, content: string): void {
  if (file === '-') process.stdout.write(content);
  // names and labels of a whole cluster are for its owner
  else writeFileSync(file, content, { mode: 0o600 });
}
