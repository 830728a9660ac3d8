// The answer to a request. Proxies and load balancers in front of an API server answer too, with any status: a status alone
// says nothing about an object, only an answer that the API server wrote does.
import type { ApiObject } from '../model/types.ts';
import { parseLean } from './lean-json.ts';

/** What an API server answers: the object, or a Status. */
export interface ApiAnswer extends ApiObject {
  kind: string;
  /** Of a Status. */
  status?: unknown;
  reason?: string;
  message?: string;
  details?: { name?: string; kind?: string };
}

export class Reply {
  readonly status: number;
  #bytes: Buffer | undefined;
  #body: unknown;

  constructor(status: number, bytes: Buffer) {
    this.status = status;
    this.#bytes = bytes;
  }

  /** The JSON, parsed when it is asked for; the bare text where a proxy or a health check answers something else. */
  get body(): unknown {
    if (this.#bytes !== undefined) {
      this.#body = parsed(this.#bytes);
      this.#bytes = undefined;
    }
    return this.#body;
  }

  /** The body, if an API server wrote it: it has a kind. */
  get answer(): ApiAnswer | undefined {
    const body = this.body as Partial<ApiAnswer> | null | undefined;
    return typeof body === 'object' && typeof body?.kind === 'string' ? (body as ApiAnswer) : undefined;
  }

  /** Whether the API server has done what it was asked for. */
  get isDone(): boolean {
    if (this.status < 200 || this.status >= 300) return false;
    const { answer } = this;
    return answer !== undefined && (answer.kind !== 'Status' || answer.status === 'Success');
  }

  /** Whether the API server refuses for this reason, with these details where they are given. */
  isRefusal(reason: string, details: { kind?: string; name?: string } = {}): boolean {
    const { answer } = this;
    if (answer?.kind !== 'Status' || answer.reason !== reason) return false;
    const { kind = answer.details?.kind, name = answer.details?.name } = details;
    return answer.details?.kind === kind && answer.details?.name === name;
  }

  /** One line on an answer that is not a success: what the server says, or its status alone. */
  get message(): string {
    const message = (this.body as { message?: unknown } | null | undefined)?.message;
    return typeof message === 'string' && message !== '' ? message : `status ${this.status}`;
  }
}

function parsed(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return parseLean(bytes);
  } catch {
    return bytes.toString('utf8');
  }
}
