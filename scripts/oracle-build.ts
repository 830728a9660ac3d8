import { oracle } from '../test/oracle/oracle.ts';

process.stdout.write(`${await oracle()}\n`);
