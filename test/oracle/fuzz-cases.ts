// Cases for the fuzzer, each drawn from a seed and its number, and kube-oracle's answers to them.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { Decision, Scenario } from '../../src/model/types.ts';
import { randomBelow } from '../reference/number.ts';
import { parseScenario, type Expected } from '../vectors/planned.ts';

export interface FuzzCase {
  family: string;
  /** The arguments of kube-oracle gen that make the scenario. */
  arguments: string[];
}

const NODES = [1, 3, 6, 14, 25, 50, 120];
const BOUND = [0, 5, 24, 60];
const PENDING = [8, 20, 36, 80];
const TEMPLATES = [1, 3, 5, 9];

/** Case number `n` of a run: the families take turns, sizes and seed are drawn. */
export function caseOf(families: readonly string[], seed: number, n: number): FuzzCase {
  let state = BigInt.asUintN(64, BigInt(seed) * 1_000_003n + BigInt(n));
  const below = (bound: number): number => {
    const drawn = randomBelow(state, bound);
    state = drawn.state;
    return drawn.value;
  };
  const oneOf = (sizes: readonly number[]): string => String(sizes[below(sizes.length)]);
  const family = families[n % families.length]!;
  const sizes = ['-nodes', oneOf(NODES), '-bound', oneOf(BOUND), '-pending', oneOf(PENDING)];
  const drawn = ['-templates', oneOf(TEMPLATES), '-seed', String(below(2 ** 31))];
  return { family, arguments: ['-family', family, ...sizes, ...drawn] };
}

export class Oracle {
  readonly #path: string;

  /** Asks the kube-oracle at `path`. */
  constructor(path: string) {
    this.#path = path;
  }

  async scenario({ arguments: args }: FuzzCase): Promise<Scenario> {
    return parseScenario(await this.#ask(['gen', ...args], ''));
  }

  /** Every decision with each plugin's score and every rejection. */
  async decisions(scenario: Scenario): Promise<Decision[]> {
    const text = await this.#ask(['run', '-detail'], JSON.stringify(scenario));
    return (
      (JSON.parse(text) as Omit<Expected, 'decisions'> & { decisions: Decision[] | null }).decisions ?? []
    );
  }

  async #ask(args: string[], input: string): Promise<string> {
    const child = spawn(this.#path, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    // one that ends before it has read everything says why by its exit code
    child.stdin.on('error', () => {});
    const exited = new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', resolve);
    });
    child.stdin.end(input);
    const [code, printed] = await Promise.all([exited, text(child.stdout)]);
    if (code !== 0) throw new Error(`kube-oracle ${args.join(' ')} failed with exit code ${code}`);
    return printed;
  }
}
