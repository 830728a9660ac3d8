// Objects of any kind on the API server, where the server itself says under which path each kind is.
import type { ApiObject } from '../../src/model/types.ts';
import type { Client } from '../../test/cluster/client.ts';

/** As many writers as scheduler_perf has. */
const WRITERS = 30;
const ATTEMPTS = 5;
/** A kind or what an object refers to may come late. */
const RETRY_MS = 1000;

interface Resources {
  resources: { name: string; kind: string; namespaced: boolean }[];
}

export class Objects {
  readonly client: Client;
  /** Where something was created. */
  readonly paths = new Set<string>();
  readonly #served = new Map<string, Promise<Resources>>();

  constructor(client: Client) {
    this.client = client;
  }

  /** The path of the kind's objects; `namespace` goes for those that are in one. */
  async pathOf({ apiVersion, kind }: ApiObject, namespace: string | undefined): Promise<string> {
    const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
    let served = this.#served.get(root);
    if (served === undefined) this.#served.set(root, (served = this.client.json<Resources>('GET', root)));
    const found = (await served).resources.find((one) => one.kind === kind && !one.name.includes('/'));
    if (found === undefined) throw new Error(`${apiVersion} has no ${kind}`);
    return found.namespaced ? `${root}/namespaces/${namespace}/${found.name}` : `${root}/${found.name}`;
  }

  /** @throws Error when the object is not just as the server knows its kind */
  async create(object: ApiObject, namespace?: string): Promise<void> {
    await this.createAt(await this.pathOf(object, namespace), object, '?fieldValidation=Strict');
  }

  /** Tries again what the server could not do at once. */
  async createAt(path: string, object: ApiObject, query = ''): Promise<void> {
    this.paths.add(path);
    for (let attempt = 1; ; attempt++) {
      try {
        await this.client.text('POST', `${path}${query}`, object);
        return;
      } catch (error) {
        // what was not answered in time may have been done all the same
        if (isStatus(error, 409) && attempt > 1) return;
        if (attempt === ATTEMPTS || isStatus(error, 400) || isStatus(error, 409)) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** Creates the namespace unless it is there. */
  async namespace(name: string, template: ApiObject = {}): Promise<void> {
    const object = { ...template, metadata: { ...template.metadata, name } };
    await this.client.text('POST', '/api/v1/namespaces', object).catch(unless(409));
  }

  /** Deletes an object unless it is gone. */
  async delete(path: string, name: string): Promise<void> {
    await this.client.text('DELETE', `${path}/${name}`).catch(unless(404));
  }
}

/** For a promise: swallows the error of a request that ended with this status. */
export function unless(status: number): (error: unknown) => void {
  return (error) => {
    if (!isStatus(error, status)) throw error;
  };
}

function isStatus(error: unknown, status: number): boolean {
  return String(error).includes(`: ${status}: `);
}

/** Does something for each number below `count`, by so many writers at once. */
export async function each(
  count: number,
  act: (n: number) => Promise<unknown>,
  writers = WRITERS,
): Promise<void> {
  let next = 0;
  const writer = async (): Promise<void> => {
    while (next < count) await act(next++);
  };
  await Promise.all(Array.from({ length: Math.min(writers, count) }, writer));
}
