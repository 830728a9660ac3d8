// What the reader looks at in detail.

export type Selection =
  { kind: 'node'; node: number } | { kind: 'pod'; pod: number } | { kind: 'waiting'; group: number };

/** The row of a table of such things, if it is one of them. */
export function rowIn(selection: Selection | undefined, kind: Selection['kind']): number | undefined {
  if (selection?.kind !== kind) return undefined;
  return selection.kind === 'node'
    ? selection.node
    : selection.kind === 'pod'
      ? selection.pod
      : selection.group;
}
