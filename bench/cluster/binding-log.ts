// When the API server created and bound each pod, by its own account: its audit log, which costs it 2 % of its own CPU for
// the bindings, and nobody else anything.
import { closeSync, mkdtempSync, openSync, readSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit, removeFolder } from '../../test/cluster/processes.ts';

const POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'Metadata', verbs: ['create'], resources: [{ group: '', resources: ['pods', 'pods/binding'] }] },
    { level: 'None' },
  ],
};

interface AuditEvent {
  objectRef: { namespace: string; name: string; subresource?: string };
  responseStatus: { code: number };
  stageTimestamp: string;
}

export class BindingLog {
  /** The first and the last time that a pod was bound, in milliseconds since 1970. */
  first = Infinity;
  last = -Infinity;
  readonly #folder = mkdtempSync(join(tmpdir(), 'coset-binding-log-'));
  readonly #forget = atExit(() => removeFolder(this.#folder));
  readonly #file: number;
  readonly #buffer = Buffer.alloc(65_536);
  /** When each pod was created, and bound, by "namespace/name". */
  readonly #created = new Map<string, number>();
  readonly #bound = new Map<string, number>();
  #rest = '';

  constructor() {
    writeFileSync(join(this.#folder, 'policy.json'), JSON.stringify(POLICY));
    this.#file = openSync(join(this.#folder, 'audit.log'), 'a+', 0o600);
  }

  /** What has kube-apiserver write the log; in batches, so that no request waits for it. */
  get apiserverArgs(): string[] {
    return [
      ...['--audit-policy-file', join(this.#folder, 'policy.json')],
      ...['--audit-log-path', join(this.#folder, 'audit.log')],
      ...['--audit-log-mode', 'batch', '--audit-log-batch-max-wait', '50ms'],
      '--audit-log-batch-throttle-enable=false',
    ];
  }

  /** How many pods are bound, as far as the log was read. */
  get count(): number {
    return this.#bound.size;
  }

  /** From its creation to its binding, in milliseconds; undefined of a pod that is not bound, as far as the log was read. */
  waitOf(key: string): number | undefined {
    const [created, bound] = [this.#created.get(key), this.#bound.get(key)];
    return created === undefined || bound === undefined ? undefined : bound - created;
  }

  /**
   * Reads what was written since the last time.
   * @throws Error when a binding was refused, or a pod was bound again
   */
  read(): void {
    for (let length; (length = readSync(this.#file, this.#buffer)) > 0;) {
      const lines = (this.#rest + this.#buffer.toString('utf8', 0, length)).split('\n');
      this.#rest = lines.pop()!;
      for (const line of lines) this.#take(JSON.parse(line) as AuditEvent);
    }
  }

  close(): void {
    closeSync(this.#file);
    removeFolder(this.#folder);
    this.#forget();
  }

  #take({ objectRef, responseStatus: { code }, stageTimestamp }: AuditEvent): void {
    const key = `${objectRef.namespace}/${objectRef.name}`;
    if (objectRef.subresource === undefined) {
      this.#created.set(key, Date.parse(stageTimestamp));
      return;
    }
    if (code >= 300) throw new Error(`${key}: its binding ended with ${code}`);
    if (this.#bound.has(key)) throw new Error(`${key} was bound twice`);
    const time = Date.parse(stageTimestamp);
    this.#bound.set(key, time);
    // the log is not wholly in order
    this.first = Math.min(this.first, time);
    this.last = Math.max(this.last, time);
  }
}
