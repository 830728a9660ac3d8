// A server of which a test says every byte, in memory.
import { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import { Connection } from '../src/connection.ts';
import { FrameReader, type Frame } from '../src/frames.ts';

const PREFACE_BYTES = 24;

/** The client's end of a connection: what it writes is read at once, or never. */
class ClientSocket extends Duplex {
  readonly written: Buffer[] = [];
  readonly #isRead: boolean;

  constructor(isRead: boolean) {
    super();
    this.#isRead = isRead;
  }

  override _read(): void {
    // bytes come when the test delivers them
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (!this.#isRead) return;
    this.written.push(chunk);
    done();
  }
}

/** What became of a request. */
export interface Outcome {
  status?: number;
  body: Buffer;
  /** How it ended; undefined while it is under way. */
  end?: 'answered' | Error;
  isUnseen?: boolean;
  /** Whether something was told after the end. */
  isToldOn?: boolean;
}

export interface Served {
  connection: Connection;
  socket: Duplex;
  /** Sends a request, and says what becomes of it as it does. */
  ask(payload?: string): Outcome;
  /** Has bytes come from the server, and waits until the client has done with them. */
  deliver(...bytes: Uint8Array[]): Promise<void>;
  /** The frames that the client has sent so far. */
  frames(): Frame[];
}

interface ServedOptions {
  /** Whether the server reads what the client sends. */
  isReading?: boolean;
  /** Whether whoever asks takes what comes, so that the server may send on. */
  isTaking?: boolean;
}

/** A connection to such a server, for the present test. */
export function served(options?: ServedOptions): Served {
  const server = serve(options);
  onTestFinished(() => void server.socket.destroy());
  return server;
}

/** The same for whoever destroys the socket himself. */
export function serve({ isReading = true, isTaking = true }: ServedOptions = {}): Served {
  const socket = new ClientSocket(isReading);
  const connection = new Connection(socket, () => undefined);
  return {
    connection,
    socket,
    ask(payload = '') {
      const outcome: Outcome = { body: Buffer.alloc(0) };
      const once = () => {
        if (outcome.end !== undefined) outcome.isToldOn = true;
      };
      const stream = connection.request('/', [], payload, {
        answered: (status) => {
          once();
          outcome.status = status;
        },
        data: (bytes) => {
          once();
          outcome.body = Buffer.concat([outcome.body, bytes]);
          if (isTaking) connection.taken(stream, bytes.length);
        },
        ended: () => {
          once();
          outcome.end = 'answered';
        },
        failed: (error, isUnseen) => {
          once();
          outcome.end = error;
          outcome.isUnseen = isUnseen;
        },
      });
      return outcome;
    },
    async deliver(...bytes) {
      for (const chunk of bytes) if (!socket.destroyed) socket.push(chunk);
      // the chunks are read in one turn of the event loop, and what they cause is written in the next
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    },
    frames() {
      const found: Frame[] = [];
      new FrameReader().push(Buffer.concat(socket.written).subarray(PREFACE_BYTES), (frame) =>
        found.push(frame),
      );
      return found;
    },
  };
}

export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}
