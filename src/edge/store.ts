// What a host keeps clusters in. The handler asks nothing else of it, so that anything that holds bytes by a name will do.

/** What stands under a name. */
export interface StoredCluster {
  /** Changes whenever the bytes do. */
  version: string;
  /** Absent when the version is the one that was asked about. */
  bytes?: Uint8Array;
}

/** Names are of lower-case letters, digits, "-" and ".". What is thrown is answered with 503. */
export interface ClusterStore {
  /** What stands under a name, without its bytes if it is of the version `known`; undefined when there is nothing. */
  get(name: string, known?: string): Promise<StoredCluster | undefined>;
  /**
   * Puts bytes under a name, whole or not at all; with `replacing` only if what stands there is of that version.
   * @returns the new version; undefined when another one was there
   */
  put(name: string, bytes: Uint8Array, replacing?: string): Promise<string | undefined>;
  /** Returns whether there was something. */
  delete(name: string): Promise<boolean>;
  /** The names, of which some may be new or gone; no more of them need be told than `most`. */
  names(most: number): Promise<string[]>;
}
