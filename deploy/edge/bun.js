// bun deploy/edge/bun.js: keeps clusters in memory. PORT, HOST (loopback unless it is told), COSET_TOKEN, COSET_ORIGINS.
import { edgeHandler, LIMITS, memoryStore } from '../../dist/edge/index.js';
import { optionsIn } from './options.js';

const { fetch } = edgeHandler({ ...optionsIn(process.env), store: memoryStore() });
const { HOST: hostname = '127.0.0.1', PORT: port = '8000' } = process.env;

export default {
  fetch,
  hostname,
  port: Number(port),
  // the handler says what is too large; Bun would without a word
  maxRequestBodySize: 16 * LIMITS.bodyBytes,
};
