// Reads YAML or JSON text into plain values, the way Kubernetes' own tools read their files.
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseAllDocuments,
  type Document,
  type DocumentOptions,
  type Node,
} from 'yaml';
import { childPath, type Problems } from './shape.ts';

// Kubernetes reads YAML 1.1 (yes and on are booleans), but neither timestamps nor base-60 numbers.
const OPTIONS: DocumentOptions & Parameters<typeof parseAllDocuments>[1] = {
  version: '1.1',
  // Duplicates are looked for below, where their path is known.
  uniqueKeys: false,
  customTags: (tags) =>
    tags.filter(
      (tag) =>
        typeof tag === 'string' || !(tag.format === 'TIME' || tag.tag === 'tag:yaml.org,2002:timestamp'),
    ),
};

/**
 * The values of a text's YAML documents; empty documents are left out. Syntax errors and duplicate keys are added
 * to `problems`, with line and column or with the path.
 */
export function parseYaml(text: string, problems: Problems): unknown[] {
  const values: unknown[] = [];
  for (const document of parseAllDocuments<Node>(text, OPTIONS)) {
    for (const error of document.errors) problems.add('', firstLine(error.message));
    if (document.errors.length > 0) continue;
    findDuplicateKeys(document, document.contents, '', problems);
    const value = toValue(document, problems);
    if (value !== null && value !== undefined) values.push(value);
  }
  return values;
}

function toValue(document: Document, problems: Problems): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // Aliases that resolve to nothing, or that would unfold to an absurd size.
    problems.add('', firstLine((error as Error).message));
    return undefined;
  }
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]!.replace(/:$/, '');
}

function findDuplicateKeys(document: Document, node: unknown, path: string, problems: Problems): void {
  if (isSeq(node)) {
    node.items.forEach((item, i) => findDuplicateKeys(document, item, `${path}[${i}]`, problems));
  }
  if (!isMap(node)) return;
  const seen = new Set<string>();
  for (const { key, value } of node.items) {
    const name = String(isScalar(key) ? key.value : isAlias(key) ? key.resolve(document) : key);
    if (seen.has(name)) problems.add(path, `duplicate key ${JSON.stringify(name)}`);
    seen.add(name);
    findDuplicateKeys(document, value, childPath(path, name), problems);
  }
}
