/** A project as a generator sees it: plain data that can be handed to a thread. */
export interface Snapshot {
  /** All files, in the order of their names. */
  readonly paths: readonly string[];
  /** Those that were read. */
  readonly files: readonly SourceText[];
  /** Source files there are, read or not. */
  readonly sourceTotal: number;
}

export interface SourceText {
  readonly path: string;
  readonly text: string;
}

/** Something that a generator makes or changes. */
export interface MadeFile {
  readonly path: string;
  readonly kind: "create" | "modify";
  /** Null for a new file. */
  readonly original: string | null;
  readonly content: string;
  readonly reason: string;
  /** Why single places of a changed file are as they are; lines of the new content, from 1. */
  readonly hunkReasons: readonly { readonly line: number; readonly reason: string }[];
}
