import type { Readable, Writable } from "node:stream";
import type { SandboxBind, SandboxLimits, SandboxNetwork, SandboxTree } from "../ISandbox.ts";

/** A run, checked and complete. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly tree: SandboxTree | null;
  readonly binds: readonly SandboxBind[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly network: SandboxNetwork;
  readonly limits: SandboxLimits;
  /** Null: as we are. */
  readonly identity: { readonly uid: number; readonly gid: number } | null;
  /** Files to which the run's first process writes itself before it becomes the program; from then on memory and processes are limited as a whole. Empty: they are not. */
  readonly groups: readonly string[];
}

export interface Launched {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** The process from which all others of the run descend; null when it could not be started. */
  readonly entry: number | null;
  /** Ends everything at once. */
  kill(): void;
  /** After the last process is gone. Null: the program never came to run; the reason is what was written to standard error. */
  readonly ended: Promise<Outcome | null>;
  /** The outcome when that reason says no more than that there is no such program, or that it cannot be executed. */
  readonly refusal?: (reason: string) => Outcome | null;
}

export interface Outcome {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface IDriver {
  readonly name: "bubblewrap" | "bare";
  /** For the health page: what isolates, and what does not. */
  readonly inForce: readonly string[];
  readonly missing: readonly string[];
  pathInside(tree: string): string;
  launch(launch: Launch): Promise<Launched>;
  close(): Promise<void>;
}
