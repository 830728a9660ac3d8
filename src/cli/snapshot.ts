// coset snapshot: everything of a cluster that decides where pods go, in one file.
import { writeFileSync } from 'node:fs';
import type { Http2Client } from '../kube/dial.ts';
import { loadCredentials } from '../kube/credentials.ts';
import { Transport } from '../kube/transport.ts';
import { fetchObjects } from '../snapshot/fetch.ts';
import { snapshotJson, snapshotTable, snapshotYaml } from '../snapshot/print.ts';
import { redacted } from '../snapshot/redact.ts';
import { reduced } from '../snapshot/reduce.ts';
import { Progress } from './progress.ts';

export interface SnapshotOptions {
  kubeconfig?: string;
  http2Client: Http2Client;
  redact?: boolean;
  output: 'json' | 'table' | 'yaml';
}

const PRINTERS = { json: snapshotJson, table: snapshotTable, yaml: snapshotYaml };

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
    forbidden.sort();
    if (!objects.some(({ kind }) => kind === 'Node')) {
      const why = forbidden.includes('Node') ? ': they may not be read' : '';
      throw new Error(`${transport.server}: there are no nodes to place a pod on${why}`);
    }
    if (forbidden.length > 0) {
      const kinds = forbidden.join(', ');
      process.stderr.write(
        `coset: without ${kinds}: the credentials may not list them, and a plan decides as if there were none\n`,
      );
    }
    const small = objects.map(reduced);
    write(file, PRINTERS[output]({ objects: redact ? redacted(small) : small, forbidden }));
    if (file !== '-') process.stderr.write(`coset: ${objects.length} objects in ${file}\n`);
  } finally {
    progress.clear();
    await transport.close();
  }
}

function write(file: string, content: string): void {
  if (file === '-') process.stdout.write(content);
  // names and labels of a whole cluster are for its owner
  else writeFileSync(file, content, { mode: 0o600 });
}
