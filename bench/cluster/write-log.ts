// When the API server bound each pod and took each event, by its own account: its audit log, which costs it less than one
// more watch would.
import { closeSync, mkdtempSync, openSync, readSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolder } from '../../test/cluster/processes.ts';

const POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    {
      level: 'Metadata',
      verbs: ['create'],
      resources: [
        { group: '', resources: ['pods/binding'] },
        { group: 'events.k8s.io', resources: ['events'] },
      ],
    },
    { level: 'None' },
  ],
};

interface AuditEvent {
  objectRef: { resource: string; namespace: string; name: string };
  responseStatus: { code: number };
  stageTimestamp: string;
}

/** How many there were, with the times of the first and the last in milliseconds since 1970. */
class Tally {
  count = 0;
  first = Infinity;
  last = -Infinity;

  add(time: number): void {
    this.count++;
    // the log is not wholly in order
    this.first = Math.min(this.first, time);
    this.last = Math.max(this.last, time);
  }
}

export class WriteLog {
  readonly bindings = new Tally();
  readonly events = new Tally();
  readonly #folder = mkdtempSync(join(tmpdir(), 'coset-write-log-'));
  readonly #file: number;
  readonly #buffer = Buffer.alloc(65_536);
  readonly #bound = new Set<string>();
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
  }

  #take({ objectRef, responseStatus: { code }, stageTimestamp }: AuditEvent): void {
    const time = Date.parse(stageTimestamp);
    if (objectRef.resource === 'events') {
      if (code < 300) this.events.add(time);
      return;
    }
    const key = `${objectRef.namespace}/${objectRef.name}`;
    if (code >= 300) throw new Error(`${key}: its binding ended with ${code}`);
    if (this.#bound.has(key)) throw new Error(`${key} was bound twice`);
    this.#bound.add(key);
    this.bindings.add(time);
  }
}
