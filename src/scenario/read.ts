// Reads scenarios from files, in JSON or YAML.
import { valuesIn } from './documents.ts';
import { Reader, type ReadScenario } from './reader.ts';

/** A file's text and the name by which messages call it. */
export interface SourceFile {
  name: string;
  text: string;
}

/**
 * Reads one scenario from all the files together. A file is a scenario in JSON or YAML, whose pods are taken as they
 * are, or Kubernetes objects in any of the shapes that kubectl takes and prints.
 *
 * Of Kubernetes objects, pods on a node that have not ended become `pods`; pods without a node that are not being
 * deleted become `pending`, by falling priority, then age, then name, and after them those that do not exist yet: pods
 * as people write them, and what workloads make, in the order of the files, as the API server would create them.
 * Pending pods of a scenario file come before all, in the file's order. Pods on a node that have ended are left out.
 * What cannot be used is passed over and told.
 * @throws ScenarioError when of one file nothing can be used
 */
export function readScenario(files: SourceFile[]): ReadScenario {
  const reader = new Reader();
  for (const { name, text } of files) reader.readValues(name, () => valuesIn(text));
  return reader.finish();
}
