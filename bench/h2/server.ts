// What the requests of bench/h2 are sent to, in a process of its own: it answers each with as much as a binding's answer has.
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { selfSigned } from '../../test/kube/certificate.ts';

const ANSWER = JSON.stringify({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  code: 201,
});

const { cert, key } = selfSigned();
const server = createSecureServer({ cert, key }, (request, response) => {
  request.resume();
  request.once('end', () => {
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end(ANSWER);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.send!({ url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, cert });
});
process.once('disconnect', () => process.exit());
