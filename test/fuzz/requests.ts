// Requests of the control API at random: each is answered, by what is there or by why not.
import { controlApi } from '../../src/control/api.ts';
import { FakeScheduler } from '../control/fixtures.ts';
import { Chance } from './chance.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'PROPFIND'];
const WORDS = [
  'coset',
  'v1',
  'state',
  'cycles',
  'queue',
  'classes',
  'correspondences',
  'escrow',
  'pause',
  'resume',
  'step',
];
const ROOTS = ['livez', 'readyz', 'healthz', 'metrics', 'configz'];
const ODD = [
  '',
  '.',
  '..',
  '%2e%2e',
  '%00',
  '%',
  '%zz',
  'x'.repeat(3000),
  '__proto__',
  'ü',
  '*',
  ';a=b',
  '\\',
];
const VALUES = [
  '1',
  '0',
  '-1',
  '1e9',
  '10000',
  '10001',
  'NaN',
  '',
  '%',
  'ü',
  ' 5',
  '0x10',
  '9'.repeat(400),
  '1&limit=2',
];
const HEADERS = ['origin', 'host', 'accept', 'content-type', 'x-forwarded-for', 'transfer-encoding'];

/** Throws an Error that says which request was answered otherwise. Returns how many there were. */
export async function fuzzRequests(cases: number, seed: number): Promise<number> {
  const chance = new Chance(seed);
  const core = new FakeScheduler();
  const api = controlApi(core);
  for (let n = 1; n <= cases; n++) {
    const method = chance.oneOf(METHODS);
    const path = pathOf(chance);
    const headers = new Headers();
    if (chance.next() < 0.3)
      headers.set(chance.oneOf(HEADERS), chance.oneOf(['null', 'http://a', '', 'x'.repeat(5000)]));
    const told = `case ${n} of seed ${seed}: ${method} ${path.slice(0, 500)}`;
    const wasPaused = core.paused;
    const response = await api.request(path, { method, headers });
    if (response.status >= 500) throw new Error(`${told}: ${response.status}: ${await response.text()}`);
    await response.arrayBuffer();
    if (core.paused !== wasPaused && method !== 'POST') throw new Error(`${told}: it steers`);
  }
  return cases;
}

function pathOf(chance: Chance): string {
  const parts = chance.next() < 0.7 ? ['coset', 'v1', chance.oneOf(WORDS)] : [chance.oneOf(ROOTS)];
  for (let times = chance.below(3); times > 0; times--) {
    const word = chance.oneOf([...ODD, ...WORDS]);
    if (chance.next() < 0.5) parts[chance.below(parts.length)] = word;
    else parts.push(word);
  }
  const query = Array.from(
    { length: chance.below(3) },
    () => `${chance.oneOf(['limit', 'cycles', 'verbose', '__proto__', ''])}=${chance.oneOf(VALUES)}`,
  );
  return `/${parts.join('/')}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}
