// npm run audit
// Asks the registry what is known of the packages whose code is in the command's bundle. Ends with exit code 1 when something
// is; without a registry that answers, that is said, and it is nobody's fault.
import { spawnSync } from 'node:child_process';
import { bundledPackages } from './bundled.mjs';
import { root } from './stale.mjs';

const { stdout } = spawnSync('npm', ['audit', '--json', '--loglevel', 'silent'], {
  cwd: root,
  encoding: 'utf8',
});
const { vulnerabilities, message = 'no answer' } = answerIn(stdout);
if (vulnerabilities === undefined) {
  process.stderr.write(`audit: the registry does not say what is known: ${message}\n`);
} else {
  const names = new Set((await bundledPackages()).map((each) => each.slice(0, each.lastIndexOf('@'))));
  const known = Object.values(vulnerabilities).filter((one) => names.has(one.name));
  for (const { name, severity, via } of known) {
    const reasons = via.map((reason) => (typeof reason === 'string' ? reason : reason.title));
    process.stdout.write(`${name}: ${severity}: ${reasons.join('; ')}\n`);
  }
  process.stdout.write(`audit: ${names.size} packages, ${known.length} with something known\n`);
  process.exitCode = known.length > 0 ? 1 : 0;
}

function answerIn(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
