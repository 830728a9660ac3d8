import { Pool } from 'undici';

/** How many requests a client has in flight at most; more would only wait in the API server's queues. */
const connections = 32;

/** The tests' own API client, apart from coset's, so that a fault of that one cannot hide itself. */
export class Client {
  readonly #pool: Pool;
  readonly #token: string;

  constructor(server: string, ca: string, token: string) {
    this.#pool = new Pool(server, { connections, pipelining: 1, connect: { ca } });
    this.#token = token;
  }

  /** The response's body; rejects on any status that is not a success. */
  async text(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<string> {
    const response = await this.#pool.request({
      method,
      path,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.body.text();
    if (response.statusCode >= 300) throw new Error(`${method} ${path}: ${response.statusCode}: ${text}`);
    return text;
  }

  /** The response's body as the JSON value that the caller knows it to be. */
  async json<T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
    return JSON.parse(await this.text(method, path, body)) as T;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
