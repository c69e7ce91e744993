import type { FoundFile } from "../search/FileFinder.ts";

/** A folder's creation and deletion stand for all that is in it. */
export interface TreeChange {
  readonly path: string;
  readonly kind: "created" | "modified" | "deleted";
}

/** To the thread that watches. `tree` numbers the trees. */
export type WorkerRequest =
  | { readonly type: "open"; readonly tree: number; readonly root: string }
  | { readonly type: "close"; readonly tree: number }
  | { readonly type: "find"; readonly tree: number; readonly request: number; readonly query: string; readonly limit: number };

/** From it. */
export type WorkerMessage =
  | { readonly type: "ready"; readonly tree: number; readonly folders: number; readonly limited: boolean }
  | { readonly type: "changed"; readonly tree: number; readonly changes: readonly TreeChange[] }
  | { readonly type: "rescan" | "git"; readonly tree: number }
  | { readonly type: "found"; readonly request: number; readonly files: readonly FoundFile[] | null };
