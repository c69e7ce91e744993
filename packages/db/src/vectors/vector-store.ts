import type { Caller } from "@coder/shared";

/** A vector under its key. What it is a vector of is the caller's to know. */
export interface KeyedVector {
  readonly key: string;
  readonly vector: Float32Array;
}

/** A key that was found, and the cosine of its vector with the one asked for. */
export interface Neighbour {
  readonly key: string;
  readonly similarity: number;
}

export interface NearestOptions {
  /** Exactly so many are found, where there are so many. */
  readonly limit: number;
  /** Something that changes whenever the collection does: what was read for one version is used again for it. */
  readonly version: string;
  readonly signal?: AbortSignal;
}

/** Vectors of one tenant that are searched together. All of them have the same number of dimensions. */
export interface IVectorCollection {
  /** Those of the keys that have a vector. */
  known(keys: readonly string[]): Promise<ReadonlySet<string>>;
  /** Keeps vectors; a key that has one already keeps the one it has. */
  add(vectors: readonly KeyedVector[]): Promise<void>;
  /** The most alike, best first; ties by key. */
  nearest(vector: Float32Array, options: NearestOptions): Promise<readonly Neighbour[]>;
  count(): Promise<number>;
  /** Removes all vectors but those of the keys; returns how many went. */
  retain(keys: ReadonlySet<string>): Promise<number>;
  clear(): Promise<void>;
}

/** Where vectors are kept and compared. A collection is named within its tenant: another tenant's of the same name is another one. */
export interface IVectorStore {
  collection(caller: Caller, name: string): IVectorCollection;
}
