// What the two sides may do by the protocol, with nghttp2 (in Node) on the server's.
import { constants } from 'node:http2';
import { buffer, text } from 'node:stream/consumers';
import { createServer, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { HTTP2_CLIENTS } from '../../../src/kube/dial.ts';
import type { Transport } from '../../../src/kube/transport.ts';
import { cert, json, key, POD, serversFor } from './server.ts';

const PRINTABLE = String.fromCharCode(...Array.from({ length: 95 }, (_, nth) => 32 + nth));

/** Text that differs everywhere, so that no part of it can be taken for another. */
function longText(bytes: number): string {
  let text = '';
  for (let nth = 0; text.length < bytes; nth++) text += `${nth},`;
  return text.slice(0, bytes);
}

function frame(type: number, flags: number, stream: number, payload: number[]): Buffer {
  return Buffer.from([0, 0, payload.length, type, flags, 0, 0, 0, stream, ...payload]);
}

describe.each(HTTP2_CLIENTS)("by %s's client", (http2Client) => {
  const { serve, transportTo } = serversFor(http2Client);

  /** To a server that answers the first bytes of each connection with its settings and others. */
  function transportToBytes(answer: () => Buffer): Promise<Transport> {
    const server = createServer({ cert, key, ALPNProtocols: ['h2'] }, (socket: TLSSocket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.write(Buffer.concat([frame(4, 0, 0, []), answer()])));
    });
    return transportTo(server);
  }

  describe('header fields', () => {
    it('arrive as they were sent, also when later ones refer to them', async () => {
      const values = [
        PRINTABLE,
        'x'.repeat(3000),
        PRINTABLE,
        '7',
        'y'.repeat(3000),
        'x'.repeat(3000),
        '',
        '7',
      ];
      const { transport, clock } = await serve((request, response, nth) => {
        response.setHeader('audit-id', `${nth}-${longText(40)}`);
        response.setHeader('x-value', values[nth % values.length]!);
        response.setHeader('retry-after', String(nth));
        json(
          response,
          { path: request.headers[':path'], agent: request.headers['user-agent'] },
          nth % 2 ? 429 : 200,
        );
      });
      for (let nth = 1; nth <= 50; nth++) {
        const { status, body } = await transport.request('GET', `/${nth}?${encodeURIComponent(PRINTABLE)}`);
        expect(status).toBe(200);
        expect(body).toEqual({ path: `/${nth}?${encodeURIComponent(PRINTABLE)}`, agent: 'coset' });
      }
      expect(clock.slept).toEqual(Array.from({ length: 50 }, (_, nth) => (2 * nth + 1) * 1000));
    });

    it('may fill more than a frame in both directions', async () => {
      const { transport } = await serve(
        (request, response) => {
          for (let nth = 0; nth < 20; nth++) response.setHeader(`x-${nth}`, longText(2000 + nth));
          json(response, request.url.length);
        },
        { maxSendHeaderBlockLength: 1 << 20, settings: { maxHeaderListSize: 1 << 20 } },
      );
      const path = `/${longText(40_000)}`;
      expect((await transport.request('GET', path)).body).toBe(path.length);
      expect((await transport.request('GET', '/')).body).toBe(1);
    });

    it('are sent as literals each time for a server that keeps none', async () => {
      const { transport } = await serve(
        (request, response) => json(response, request.headers['user-agent']),
        {
          settings: { headerTableSize: 0 },
        },
      );
      for (let nth = 0; nth < 3; nth++) expect((await transport.request('GET', '/')).body).toBe('coset');
    });

    it('may come in advance of the answer, and after it', async () => {
      const { transport } = await serve((_, response) => {
        response.writeEarlyHints({ link: '</style.css>; rel=preload' });
        response.addTrailers({ 'x-checksum': '1' });
        json(response, 'answer', 201);
      });
      expect(await transport.request('POST', POD, {})).toMatchObject({ status: 201, body: 'answer' });
    });
  });

  describe('payloads', () => {
    it.each([
      ['by windows', {}],
      ['with padding', { paddingStrategy: constants.PADDING_STRATEGY_MAX }],
      ['into small windows', { settings: { initialWindowSize: 1000 } }],
    ])('of any size arrive whole, many at the same time: %s', async (_, options) => {
      const { transport } = await serve((request, response) => {
        void text(request).then((body) => json(response, body));
      }, options);
      const sizes = [0, 1, 16_383, 16_384, 16_385, 65_536, 300_000, 3_000_000];
      const replies = await Promise.all(
        sizes.map((size) => transport.request('POST', POD, longText(size)).then(({ body }) => body)),
      );
      replies.forEach((reply, nth) => expect(reply).toBe(JSON.stringify(longText(sizes[nth]!))));
    });

    it('that the server does not want leave no stream open', async () => {
      const { transport, sessions } = await serve((_, response) => json(response, {}, 413), {
        settings: { maxConcurrentStreams: 2, initialWindowSize: 1000 },
      });
      for (let nth = 0; nth < 10; nth++) {
        expect((await transport.request('POST', POD, longText(100_000))).status).toBe(413);
      }
      expect(sessions).toHaveLength(1);
    });

    it('are not read on by the server while nobody takes them', async () => {
      let sent = 0;
      const piece = Buffer.from(longText(65_536));
      const { transport } = await serve((_, response) => {
        const more = () => {
          while (sent < 400 * piece.length) {
            sent += piece.length;
            if (!response.write(piece)) return void response.once('drain', more);
          }
          response.end();
        };
        more();
      });
      const { body } = await transport.stream('/watch', new AbortController().signal);
      // requests on the same connection go on meanwhile
      const other = await transport.stream('/watch', new AbortController().signal);
      other.body.destroy();
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(sent).toBeLessThan(100 * piece.length);
      const whole = await buffer(body);
      expect(
        whole.equals(Buffer.concat(Array.from({ length: whole.length / piece.length }, () => piece))),
      ).toBe(true);
      expect(sent).toBe(400 * piece.length);
    });
  });

  describe('streams', () => {
    it('wait while the server has as many as it takes', async () => {
      let open = 0;
      let most = 0;
      const { transport, sessions } = await serve(
        (_, response) => {
          most = Math.max(most, ++open);
          setTimeout(() => {
            open--;
            json(response, {});
          }, 5);
        },
        { settings: { maxConcurrentStreams: 3 } },
      );
      await transport.request('GET', POD);
      const abort = new AbortController();
      const sent = Array.from({ length: 40 }, () => transport.request('POST', POD, {}));
      const cancelled = transport.request('POST', POD, {}, { signal: abort.signal });
      await Promise.resolve();
      abort.abort();
      await expect(cancelled).rejects.toThrow('the request was cancelled');
      expect((await Promise.all(sent)).every(({ status }) => status === 200)).toBe(true);
      expect(most).toBe(3);
      expect(sessions).toHaveLength(1);
    });

    it('that the server names as unseen when it leaves are sent again', async () => {
      const goAway = frame(7, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);
      const answer = frame(1, 5, 1, [0x88]);
      let connections = 0;
      const transport = await transportToBytes(() => (++connections === 1 ? goAway : answer));
      expect((await transport.request('POST', POD, {})).status).toBe(200);
      expect(connections).toBe(2);
    });

    it('end with a connection that is idle, and the next one takes another', async () => {
      const { transport, sessions } = await serve((_, response) => json(response, {}));
      await transport.request('GET', POD);
      sessions[0]!.close();
      await expect.poll(() => sessions[0]!.destroyed).toBe(true);
      expect((await transport.request('POST', POD, {})).status).toBe(200);
      expect(sessions).toHaveLength(2);
    });
  });
});
