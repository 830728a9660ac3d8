import { posix } from 'node:path';
import ts from 'typescript';

/** A file of the repository: its path from the repository's folder, with forward slashes, and its text. */
export interface SourceFile {
  path: string;
  text: string;
}

/** One import or re-export; `target` is a path from the repository's folder, or a package or node: module. */
export interface Import {
  from: string;
  target: string;
  typeOnly: boolean;
}

/** Every static and dynamic import in a TypeScript file. */
export function importsOf({ path, text }: SourceFile): Import[] {
  const imports: Import[] = [];
  const add = (specifier: ts.Expression, typeOnly: boolean): void => {
    if (!ts.isStringLiteralLike(specifier)) return;
    const relative = specifier.text.startsWith('.');
    const target = relative ? posix.join(posix.dirname(path), specifier.text) : specifier.text;
    imports.push({ from: path, target, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
      add(node.moduleSpecifier, node.isTypeOnly);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      if (node.arguments[0]) add(node.arguments[0], false);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
  return imports;
}

/** The folders of the core, from the inside to the outside: each imports those before it only. */
const LAYERS = ['model', 'state', 'kernel', 'plugins', 'classes', 'determination', 'cycle'].map(
  (name) => `src/${name}/`,
);
/** These import the model only. */
const BESIDE = ['src/queue/', 'src/kube/'];

const OUTER = ['config', 'defaults', 'planner', 'queue', 'scenario', 'workloads'].map(
  (name) => `src/${name}/`,
);
/** A plugin that is as pure as the core, and handed in by who needs it. */
const DEVICES = 'src/devices/';
/** The core as a service, as pure. */
const EDGE = 'src/edge/';
const core = [...LAYERS, ...OUTER, DEVICES, EDGE];
const layers = [...LAYERS, ...OUTER, 'assembly/layout.ts', 'build/'];
/** The packages that a core folder may run: pure computation, no input or output. */
const corePackages: Record<string, string[]> = {
  'src/model/': ['js-yaml'],
  'src/config/': ['js-yaml'],
  'src/scenario/': ['js-yaml'],
  'src/devices/': ['re2js'],
  'src/kernel/': ['@assemblyscript/loader'],
  'src/edge/': ['hono', 'hono/bearer-auth', 'hono/cors', 'hono/http-exception', 'hono/secure-headers'],
};

const within = (path: string, folders: string[]): boolean =>
  folders.some((folder) => path.startsWith(folder));
const isFile = (target: string): boolean =>
  /^(src|packages|assembly|build|test|bench|scripts)\//.test(target);

/** Why an import breaks the direction of the layers, or undefined. */
export function wrongDirection({ from, target, typeOnly }: Import): string | undefined {
  const inCore = within(from, core);
  const own = from.startsWith(EDGE) ? [DEVICES, EDGE] : from.startsWith(DEVICES) ? [DEVICES] : [];
  if (inCore && isFile(target) && !within(target, layers) && !within(target, own)) {
    return `${from} imports ${target}: the core knows nothing of what surrounds it`;
  }
  if (inCore && !isFile(target) && !typeOnly) {
    const folder = core.find((name) => from.startsWith(name)) ?? '';
    if (!corePackages[folder]?.includes(target)) return `${from} imports ${target}: the core is pure`;
  }
  return undefined;
}

/** Why an import goes from a layer of the core to one that is further out, types included; or undefined. */
export function outwards({ from, target }: Import): string | undefined {
  const layerOf = (path: string) => LAYERS.findIndex((layer) => path.startsWith(layer));
  const [inner, outer] = [layerOf(from), layerOf(target)];
  if (inner !== -1 && outer > inner) return `${from} imports ${target}: ${LAYERS[inner]} comes before it`;
  const isBeside = BESIDE.some((folder) => from.startsWith(folder) && !target.startsWith(folder));
  if (isBeside && target.startsWith('src/') && !target.startsWith('src/model/'))
    return `${from} imports ${target}: it needs the model only`;
  return undefined;
}

/** The files that import each other in circles, types included. */
export function circlesAmong(imports: readonly Import[]): string[][] {
  const targets = new Map<string, string[]>();
  for (const { from, target } of imports) {
    const file = /\.tsx?$/.test(target) ? target : `${target}.ts`;
    targets.set(from, [...(targets.get(from) ?? []), file]);
  }
  const reaches = (from: string, goal: string): boolean => {
    const seen = new Set<string>();
    const open = [...(targets.get(from) ?? [])];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === goal) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...(targets.get(next) ?? []));
    }
    return false;
  };
  const inCircles = [...targets.keys()].filter((file) => reaches(file, file));
  const circles: string[][] = [];
  for (const file of inCircles) {
    const known = circles.find(([first]) => reaches(first!, file) && reaches(file, first!));
    if (known === undefined) circles.push([file]);
    else known.push(file);
  }
  return circles;
}

/** The parts of src/plugins that are of no plugin. */
const SHARED = /^src\/plugins\/(common\/|extender\/answer\.ts|[a-z-]+\.ts$)/;

/** Why an import reaches past the list of plugins to one of them, or undefined. */
export function pastTheList({ from, target, typeOnly }: Import): string | undefined {
  if (from.startsWith(DEVICES) && target.startsWith('src/plugins/dynamic-resources/')) return undefined;
  const outside = from.startsWith('src/') && !from.startsWith('src/plugins/');
  if (!outside || typeOnly || !target.startsWith('src/plugins/')) return undefined;
  // only what reads configurations and what has no configuration to read know the list itself
  if (target === 'src/plugins/in-tree.ts') {
    const knowing = [
      'src/config/',
      'src/planner/',
      'src/library/',
      'src/cli',
      'src/snapshot/',
      'src/page/',
      EDGE,
    ];
    if (within(from, knowing)) return undefined;
  } else if (SHARED.test(target)) return undefined;
  return `${from} imports ${target}: plugins are reached through the registry that is handed in`;
}

/** The folder of a package of the repository's own that a path is in, or undefined. */
const packageOf = (path: string): string | undefined => /^packages\/[^/]+\//.exec(path)?.[0];

/** Why an import ties a package to what is around it, or reaches past its index, or undefined. */
export function acrossPackage({ from, target }: Import): string | undefined {
  const [own, other] = [packageOf(from), packageOf(target)];
  if (own !== undefined && isFile(target) && other !== own) {
    return `${from} imports ${target}: a package knows nothing of what surrounds it`;
  }
  if (
    own !== undefined &&
    !isFile(target) &&
    !target.startsWith('node:') &&
    !from.startsWith(`${own}test/`)
  ) {
    return `${from} imports ${target}: a package needs nothing that is installed`;
  }
  if (other !== undefined && own !== other && target !== `${other}index.ts`) {
    return `${from} imports ${target}: a package is reached through its index.ts`;
  }
  return undefined;
}
