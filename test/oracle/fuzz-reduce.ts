// Makes a failing scenario small, so that a person can see why it fails.
import type { Scenario } from '../../src/model/types.ts';

const LISTS = ['pending', 'pods', 'nodes', 'objects'] as const;

/**
 * Leaves out of the scenario whatever it fails without: of each list first halves, then ever smaller runs, down to
 * single entries; over again until nothing can go. `fails` must hold for the scenario itself.
 */
export async function reduced(
  scenario: Scenario,
  fails: (candidate: Scenario) => Promise<boolean>,
): Promise<Scenario> {
  let least = scenario;
  for (let size = -1; size !== sizeOf(least);) {
    size = sizeOf(least);
    for (const list of LISTS) least = await shortened(least, list, fails);
  }
  return least;
}

function sizeOf(scenario: Scenario): number {
  return LISTS.reduce((sum, list) => sum + scenario[list].length, 0);
}

async function shortened(
  scenario: Scenario,
  list: (typeof LISTS)[number],
  fails: (candidate: Scenario) => Promise<boolean>,
): Promise<Scenario> {
  let least = scenario;
  for (let run = Math.ceil(least[list].length / 2); run >= 1; run = run === 1 ? 0 : Math.ceil(run / 2)) {
    // from the end, so that what is kept stays where it was
    for (let end = least[list].length; end > 0; end -= run) {
      const entries = [...least[list]];
      entries.splice(Math.max(0, end - run), Math.min(run, end));
      const candidate = { ...least, [list]: entries };
      if (await fails(candidate)) least = candidate;
    }
  }
  return least;
}
