import type { Http2ServerResponse } from 'node:http2';
import { createServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { anonymousCredentials } from '../../../src/kube/credentials.ts';
import { HTTP2_CLIENTS } from '../../../src/kube/dial.ts';
import { Transport } from '../../../src/kube/transport.ts';
import { TestClock } from '../harness.ts';
import { cert, json, key, POD, serversFor } from './server.ts';

describe.each(HTTP2_CLIENTS)("a transport to a server that speaks HTTP/2, by %s's client", (http2Client) => {
  const { serve, transportTo } = serversFor(http2Client);

  it('sends many requests at the same time over one connection', async () => {
    const waiting: (() => void)[] = [];
    const { transport, sessions, requests } = await serve((request, response) => {
      waiting.push(() => void text(request).then((body) => json(response, { body, url: request.url })));
      if (waiting.length === 100) for (const answer of waiting) answer();
    });
    const sent = Array.from({ length: 100 }, (_, n) => transport.request('POST', `/bindings/${n}`, { n }));
    const replies = await Promise.all(sent);
    expect(replies.map(({ body }) => body)).toEqual(
      sent.map((_, n) => ({ body: `{"n":${n}}`, url: `/bindings/${n}` })),
    );
    expect(sessions).toHaveLength(1);
    expect(requests[0]).toBe('POST /bindings/0');
  });

  it('keeps watches on a connection of their own', async () => {
    const { transport, sessions } = await serve((request, response) => {
      if (request.url === '/watch') response.write('{"type":"BOOKMARK"}\n');
      else json(response, {});
    });
    const abort = new AbortController();
    const { status, body } = await transport.stream('/watch', abort.signal);
    expect(status).toBe(200);
    const [chunk] = await body.take(1).toArray();
    expect(String(chunk)).toBe('{"type":"BOOKMARK"}\n');
    await transport.request('GET', POD);
    expect(sessions).toHaveLength(2);
  });

  it('ends a stream that has no answer in time, and one that is cancelled', async () => {
    const { transport } = await serve(
      (request, response) => {
        if (request.url === '/watch') response.write('a\n');
      },
      { timeoutMs: 100 },
    );
    const abort = new AbortController();
    const unanswered = transport.stream('/unanswered', abort.signal);
    await expect(unanswered).rejects.toThrow('no answer in time');
    const cancelled = await transport.stream('/watch', abort.signal);
    setTimeout(() => abort.abort(), 20);
    await text(cancelled.body).catch(() => undefined);
    expect(cancelled.body.destroyed).toBe(true);
  });

  it('cancels a request under way, and sends none that was cancelled before', async () => {
    const { transport, requests } = await serve(() => undefined);
    const abort = new AbortController();
    const sent = transport.request('POST', POD, {}, { signal: abort.signal });
    await expect.poll(() => requests.length).toBe(1);
    abort.abort();
    await expect(sent).rejects.toThrow('the request was cancelled');
    const late = transport.request('POST', POD, {}, { signal: abort.signal });
    await expect(late).rejects.toThrow('the request was cancelled');
    expect(requests).toHaveLength(1);
  });

  it('takes a new connection when the server ends the old one, and loses nothing that was under way', async () => {
    let first: Http2ServerResponse | undefined;
    const { transport, sessions } = await serve((_, response, nth) => {
      if (nth === 1) first = response;
      else json(response, { nth });
    });
    const slow = transport.request('POST', POD, {});
    await expect.poll(() => first !== undefined).toBe(true);
    sessions[0]!.goaway();
    await expect
      .poll(async () => {
        await transport.request('GET', POD);
        return sessions.length;
      })
      .toBe(2);
    json(first!, { nth: 1 });
    expect((await slow).body).toEqual({ nth: 1 });
  });

  it('sends a write again that the server refused to look at', async () => {
    const { transport, requests } = await serve((request, response, nth) => {
      if (nth === 1) request.stream.close(7);
      else json(response, {}, 201);
    });
    expect((await transport.request('POST', POD, {})).status).toBe(201);
    expect(requests).toHaveLength(2);
  });

  it('repeats no write that may have arrived, and a GET on a new connection', async () => {
    const { transport, sessions } = await serve((request, response, nth) => {
      if (nth === 2) json(response, {});
      else request.stream.session!.destroy();
    });
    const sent = transport.request('POST', POD, {});
    await expect(sent).rejects.toMatchObject({ name: 'TransportError', mayHaveArrived: true });
    expect((await transport.request('GET', POD)).status).toBe(200);
    expect(sessions).toHaveLength(2);
  });

  it('takes half an answer for none', async () => {
    const { transport } = await serve((request, response) => {
      response.writeHead(201, { 'content-type': 'application/json' });
      response.write('{"half":');
      setTimeout(() => request.stream.session!.destroy(), 20);
    });
    await expect(transport.request('POST', POD, {})).rejects.toMatchObject({ mayHaveArrived: true });
  });

  it('takes a connection for dead that gives no sign of life, and goes on with a new one', async () => {
    let connections = 0;
    const server = createTlsServer({ cert, key, ALPNProtocols: ['h2'] }, (socket) => {
      socket.on('error', () => undefined).resume();
      connections++;
    });
    const transport = await transportTo(server, { timeoutMs: 200 });
    await expect(transport.request('POST', POD, {})).rejects.toThrow('no sign of life for 0.2 s');
    const { signal } = new AbortController();
    await expect(transport.stream('/watch', signal)).rejects.toThrow('no sign of life for 0.2 s');
    await expect(transport.request('POST', POD, {})).rejects.toThrow('no sign of life for 0.2 s');
    expect(connections).toBe(3);
  });

  it('asks a silent server for a sign of life, and waits on', async () => {
    const { transport, sessions } = await serve(
      (_, response) => {
        setTimeout(() => response.write('late'), 1000);
        response.write('soon');
      },
      { timeoutMs: 200 },
    );
    const { body } = await transport.stream('/watch', new AbortController().signal);
    const chunks = await body.take(2).toArray();
    expect(chunks.map(String)).toEqual(['soon', 'late']);
    expect(sessions).toHaveLength(1);
  });

  it('gives up on one slow answer of a connection that works', async () => {
    const { transport, sessions } = await serve(
      (request, response) => {
        if (request.url === '/quick') json(response, {});
      },
      { timeoutMs: 200 },
    );
    const slow = expect(transport.request('POST', POD, {})).rejects.toThrow('no answer in time');
    const asking = setInterval(() => void transport.request('GET', '/quick').catch(() => undefined), 20);
    await slow;
    clearInterval(asking);
    expect(sessions).toHaveLength(1);
  });

  it('waits as long as a 429 asks for', async () => {
    const { transport, clock } = await serve((_, response, nth) => {
      if (nth === 1) response.setHeader('retry-after', '7');
      json(response, {}, nth === 1 ? 429 : 200);
    });
    expect((await transport.request('POST', POD, {})).status).toBe(200);
    expect(clock.slept).toEqual([7000]);
  });

  it('says why there is no connection, and that nothing was sent', async () => {
    const { transport } = await serve((_, response) => json(response, {}));
    const stranger = new Transport(anonymousCredentials(transport.server), { clock: new TestClock() });
    onTestFinished(() => stranger.close());
    await expect(stranger.request('POST', POD, {})).rejects.toMatchObject({
      message: expect.stringContaining('self-signed certificate') as string,
      mayHaveArrived: false,
    });
  });
});

it('a transport to a server that speaks HTTP/1.1 only speaks that', async () => {
  const versions: string[] = [];
  const server = createServer({ cert, key }, (request, response) => {
    versions.push(request.httpVersion);
    response.end('{}');
  });
  const transport = await serversFor('coset').transportTo(server);
  expect((await transport.request('GET', POD)).body).toEqual({});
  expect(versions).toEqual(['1.1']);
});
