import type { SandboxEnd } from "@coder/sandbox";
import type { AppError } from "@coder/shared";
import type { RunRow } from "../entities.ts";

/** How an installation or a program ended. */
export interface Ended extends SandboxEnd {
  readonly egress: RunRow["egress"];
  /** Why it counts as failed whatever the exit code. */
  readonly problem: AppError | null;
}
