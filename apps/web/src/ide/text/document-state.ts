import type { Problem } from "#api/problem.ts";
import type { Encoding } from "./encoding.ts";

/**
 * What an editor of a file has to show. `text`: its model. `image`: `imageUrl`. `binary`, `large`: a page that says so, and of a large one the
 * first part on request. `gone`: there is no such file. `failed`: `problem` says why it could not be read.
 */
export type DocumentPhase = "loading" | "text" | "image" | "binary" | "large" | "gone" | "failed";

/** How the file on the disk is to what the editor began with. */
export type DiskState = { readonly kind: "same" } | { readonly kind: "changed"; readonly hash: string } | { readonly kind: "deleted" };

export interface DocumentState {
  readonly phase: DocumentPhase;
  readonly problem: Problem | null;
  readonly sizeBytes: number;
  /** SHA-256 of what the text was read from or last saved as. Null where there is no file. */
  readonly hash: string | null;
  readonly encoding: Encoding;
  /** The file had several kinds of line ends; the text has one, and so will the file once it is saved. */
  readonly mixedLineEnds: boolean;
  readonly language: string;
  /** Only the first part of a large file is shown, and nothing can be changed. */
  readonly partial: boolean;
  readonly dirty: boolean;
  readonly saving: boolean;
  /** Why the last attempt to save failed, while that stands. */
  readonly saveProblem: Problem | null;
  readonly disk: DiskState;
  /** Why unsaved text is in this browser alone; null while the server keeps it. */
  readonly keepProblem: Problem | null;
  readonly imageUrl: string | null;
}

export const LOADING_DOCUMENT: DocumentState = {
  phase: "loading",
  problem: null,
  sizeBytes: 0,
  hash: null,
  encoding: "utf-8",
  mixedLineEnds: false,
  language: "plaintext",
  partial: false,
  dirty: false,
  saving: false,
  saveProblem: null,
  disk: { kind: "same" },
  keepProblem: null,
  imageUrl: null,
};

/** Unsaved text stands against another state of the file: somebody has to decide. */
export function inConflict({ dirty, disk }: DocumentState): boolean {
  return dirty && disk.kind !== "same";
}
