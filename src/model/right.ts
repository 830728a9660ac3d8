// What must be allowed at the API server; each right stands beside the code that needs it.

export const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'] as const;
export type Verb = (typeof VERBS)[number];

/** A rule of RBAC. */
export interface Right {
  /** The API group; '' is the core's. */
  readonly group: string;
  /** In the plural; a subresource follows after a slash. */
  readonly resource: string;
  readonly verbs: readonly Verb[];
  /** Of objects with these names only. */
  readonly names?: readonly string[];
}
