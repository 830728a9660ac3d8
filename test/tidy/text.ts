import ts from 'typescript';
import type { SourceFile } from './imports.ts';

const linesMax = 450;

/** A source file that holds more than one subject's worth of lines. */
export function tooLong({ path, text }: SourceFile): string[] {
  const lines = text.trimEnd().split('\n').length;
  return lines > linesMax ? [`${path} has ${lines} lines, more than ${linesMax}`] : [];
}

const functionLinesMax = 70;

/** The functions of a file that are longer than a screen, each as "path name: lines". */
export function longFunctions({ path, text }: SourceFile): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const lineOf = (position: number) => file.getLineAndCharacterOfPosition(position).line;
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) {
      const lines = lineOf(node.getEnd()) - lineOf(node.getStart(file)) + 1;
      if (lines > functionLinesMax) found.push(`${path} ${nameOf(node, file)}: ${lines}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function nameOf(node: ts.SignatureDeclaration, file: ts.SourceFile): string {
  if (node.name !== undefined) return node.name.getText(file);
  const { parent } = node;
  if (ts.isConstructorDeclaration(node)) return `${(parent as ts.ClassDeclaration).name?.text} constructor`;
  return ts.isVariableDeclaration(parent) ? parent.name.getText(file) : 'function';
}

/** What must stand in no file that is committed, and why. */
const banned: [RegExp, string][] = [
  [/\b(?:TO[D]O|FIX[M]E)\b/, 'unfinished work'],
  [
    /\bregistry\.(?:npmjs|yarnpkg)\b|\b(?:proxy|sum)\.golang\b|\bpypi\.org\b|\bartifactory\b/,
    'a registry host',
  ],
  [/(?<![\w.})\]-])\/(?:work|root|home|tmp)\/[\w.-]/, 'a path of one machine'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/]/, 'a private key'],
];

/** Banned text, each with its line. */
export function bannedText({ path, text }: SourceFile): string[] {
  return banned.flatMap(([pattern, why]) => {
    const at = text.search(pattern);
    return at < 0 ? [] : [`${path}:${text.slice(0, at).split('\n').length}: ${why}`];
  });
}

/** What reads the machine's time itself: what speaks to sockets, files and terminals. */
const outermost =
  /^src\/(?:cli\b|dev\/|edge\/|page\/worker\/worker\.ts|kube\/(?:clock|credentials|dial|exchanges|exec-plugin|node-http2-carrier)\.ts|run\/extenders\/http-extender\.ts)/;
const machineTime =
  /\b(?:Date\.now|performance\.now|new Date\(\)|set(?:Timeout|Interval|Immediate)\(|AbortSignal\.timeout)/;

/** Where the machine's time is read past the clock that is handed in, with its line. */
export function pastTheClock({ path, text }: SourceFile): string[] {
  if (!path.startsWith('src/') || outermost.test(path)) return [];
  return text
    .split('\n')
    .flatMap((line, at) => (machineTime.test(line) ? [`${path}:${at + 1}: ${line.trim()}`] : []));
}

/** Words that had several meanings here or only a private one, and what stands for them; docs/GLOSSARY.md has the others. */
const droppedWords: [RegExp, string][] = [
  [/\b[Ss]ettle[sd]?\b/, 'attach, release, refresh or finish'],
  [/\bPodKinds?\b|\bkinds? of pods\b/, 'bucket (kinds are those of objects)'],
  [/\.near\(/, 'mayMatch'],
  [/\b[eE]poch\b|\b(?!observed)[a-z]+(?:Epoch|Generation)\b/, 'version'],
  [/\b(?:rig|Rig)\b/, 'harness'],
  [/\b(?:beat|beats|Pulse|pulse)\b/, 'signal, Wakeup'],
  [
    /\b(?:[Uu]nbuilt|homeless|disliked|brokenLine|keepsOff)\b/,
    'unsupported, onUnknownNodes, intolerable, piecewiseLinear, repels',
  ],
  [
    /\b(?:mostEven|leaveCodes|isOneByOne|asksVary|speakFor)\b/,
    'countLimit, markCodesStale, isSequential, requestsVary',
  ],
  [/[Aa]ttractions?\b|[Rr]epulsions?\b/, 'affinity, antiAffinity'],
];

/** Words that were dropped, each with its line and what stands for it. */
export function privateWords({ path, text }: SourceFile): string[] {
  return droppedWords.flatMap(([pattern, instead]) => {
    const found = pattern.exec(text);
    if (found === null) return [];
    const line = text.slice(0, found.index).split('\n').length;
    return [`${path}:${line}: ${found[0]}: ${instead}`];
  });
}

function isLiteral(expression: ts.Expression | undefined): boolean {
  if (!expression) return false;
  if (ts.isPrefixUnaryExpression(expression) && expression.operator === ts.SyntaxKind.MinusToken) {
    return ts.isNumericLiteral(expression.operand);
  }
  return ts.isNumericLiteral(expression);
}

/** Whatever in the layout is not an exported numeric literal: only that means the same to asc and tsc. */
export function notLiteral({ path, text }: SourceFile): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return file.statements.flatMap((statement) => {
    const exported =
      ts.isVariableStatement(statement) && statement.modifiers?.[0]?.kind === ts.SyntaxKind.ExportKeyword;
    const literal =
      exported &&
      statement.declarationList.flags & ts.NodeFlags.Const &&
      statement.declarationList.declarations.every(({ initializer }) => isLiteral(initializer));
    return literal ? [] : [`${path}: '${statement.getText(file).split('\n')[0]}' is not an exported literal`];
  });
}
