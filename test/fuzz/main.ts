// npm run fuzz:input -- [--cases N] [--seed S]
// Tells the scheduler of N objects at random, and reads a tenth as many configurations and requests of its control API.
// Whatever comes of it must be an answer: the first case that ends otherwise is told, and ends this with exit code 1.
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { fuzzConfigurations } from './configurations.ts';
import { fuzzObjects } from './objects.ts';
import { fuzzRequests } from './requests.ts';

const { values } = parseArgs({
  options: { cases: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const [cases, seed] = [wholeNumber('cases'), wholeNumber('seed')];

function wholeNumber(name: keyof typeof values): number {
  const text = values[name];
  if (/^\d+$/.test(text)) return Number(text);
  process.stderr.write(`--${name} must be a whole number, not ${text}\n`);
  process.exit(2);
}

// without it nobody could say whether the heap grows
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const objects = fuzzObjects(cases, seed, collect);
const configurations = fuzzConfigurations(Math.ceil(cases / 10), seed);
const requests = await fuzzRequests(Math.ceil(cases / 10), seed);
process.stdout.write(
  `${objects} objects, ${configurations.cases} configurations (${configurations.taken} taken) and ${requests} requests: ` +
    'no crash, no hang, no growth\n',
);
