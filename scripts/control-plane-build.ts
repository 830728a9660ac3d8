import { binary, binaryNames } from '../test/cluster/binaries.ts';

// One after another: each of these builds fills every core by itself.
for (const name of binaryNames) process.stdout.write(`${await binary(name)}\n`);
