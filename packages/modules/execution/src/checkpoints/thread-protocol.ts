import type { AppErrorData } from "@coder/shared";
import type { RestoreRequest } from "./ProjectCheckpoints.ts";
import type { MadeFile } from "./tree/change-tree.ts";

/** What the thread is asked to do with a project's checkpoints. */
export type CheckpointCall =
  | { readonly name: "take" }
  | { readonly name: "changes"; readonly before: string; readonly after: string }
  | { readonly name: "withMade"; readonly root: string; readonly made: readonly MadeFile[] }
  | { readonly name: "preview"; readonly request: RestoreRequest }
  | { readonly name: "begin"; readonly checkpointId: string; readonly request: RestoreRequest; readonly fingerprint: string | null }
  | { readonly name: "pending" }
  | { readonly name: "finish" }
  | { readonly name: "forget" }
  | { readonly name: "collect"; readonly roots: readonly string[] };

export type CheckpointAnswer = { readonly value: unknown } | { readonly refused: Pick<AppErrorData, "kind" | "code" | "message" | "remedy"> & { readonly details: AppErrorData["details"] } } | { readonly failed: string };
