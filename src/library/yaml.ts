// coset/yaml: what stands in files, in YAML or JSON.
export { loadConfiguration } from '../config/load.ts';
export type { Intake } from '../scenario/intake.ts';
export { readScenario, type SourceFile } from '../scenario/read.ts';
export { ScenarioError, type ReadScenario } from '../scenario/reader.ts';
