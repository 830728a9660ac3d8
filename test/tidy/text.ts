import ts from 'typescript';
import type { SourceFile } from './imports.ts';

const linesMax = 500;

/** A source file that holds more than one subject's worth of lines. */
export function tooLong({ path, text }: SourceFile): string[] {
  const lines = text.trimEnd().split('\n').length;
  return lines > linesMax ? [`${path} has ${lines} lines, more than ${linesMax}`] : [];
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
