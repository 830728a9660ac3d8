// Who asks a server of ours for something, and whether he may.

/** As the API server knows him. */
export interface User {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Says who somebody is and what he may do. Its methods throw an AccessError when that cannot be found out. */
export interface Access {
  /** The user that a bearer token stands for; undefined when it stands for nobody. `from` is the address that sent it. */
  userOf(token: string, from: string): Promise<User | undefined>;
  /** Whether the user may do this: `verb` is the request's method in lower case, as rules for nonResourceURLs have it. */
  mayDo(user: User, verb: string, path: string): Promise<boolean>;
}

export class AccessError extends Error {
  /** What is answered: asked for too often, or by a server that could not find out. */
  readonly status: 429 | 503;

  constructor(status: 429 | 503, message: string) {
    super(message);
    this.name = 'AccessError';
    this.status = status;
  }
}
