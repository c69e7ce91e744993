import type { Hunk, ValidationStage, ValidationStageName } from "@coder/api/execution";
import type { OpenProject } from "../ProjectAccess.ts";

/** A file as it would be. `text` null: deleted. */
export interface SubjectFile {
  readonly id: string;
  readonly path: string;
  readonly base: string | null;
  readonly text: string | null;
  readonly executable: boolean;
  readonly hunks: readonly Hunk[];
}

/** What is checked. */
export interface Subject {
  readonly project: OpenProject;
  readonly files: readonly SubjectFile[];
  /** Runs when all stages have ended. */
  onEnd(end: () => Promise<void>): void;
}

export interface Finding {
  readonly severity: "error" | "warning";
  /** In the project. */
  readonly path: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly rule: string | null;
  readonly text: string;
}

export interface StageOutcome {
  readonly state: Extract<ValidationStage["state"], "passed" | "failed" | "skipped" | "broken">;
  readonly note: string;
  readonly findings: readonly Finding[];
}

/** One kind of check. */
export interface IStage {
  readonly name: ValidationStageName;
  run(subject: Subject, signal: AbortSignal): Promise<StageOutcome>;
}

export function skipped(note: string): StageOutcome {
  return { state: "skipped", note, findings: [] };
}
