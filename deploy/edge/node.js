// node deploy/edge/node.js: keeps clusters in memory. PORT, HOST (loopback unless it is told), COSET_TOKEN, COSET_ORIGINS.
import { serve } from '@hono/node-server';
import { edgeHandler, memoryStore } from '../../dist/edge/index.js';
import { optionsIn } from './options.js';

const { fetch } = edgeHandler({ ...optionsIn(process.env), store: memoryStore() });
const { HOST: hostname = '127.0.0.1', PORT: port = '8000' } = process.env;
serve({ fetch, hostname, port: Number(port) });
