import type { Readable, Writable } from "node:stream";

/** Where foreign code runs. The value of `sandboxResource`. */
export interface ISandbox {
  /**
   * Runs a program to its end and collects what it prints. A program that fails, or that a limit ends, is a result and no error.
   * Rejects with the signal's reason when it aborts (nothing of the run is left then), with `sandbox_unavailable` (503) where there is no isolation,
   * with `invalid_run` (400) for a spec that cannot be run, with `sandbox_failed` (500) when the sandbox itself fails.
   */
  run(spec: SandboxRunSpec): Promise<SandboxResult>;
  /** Starts a program whose streams the caller reads and writes: language servers, long jobs. Errors as `run`, before it starts. */
  spawn(spec: SandboxSpec): Promise<SandboxProcess>;
  /** Where the tree lies for the program that runs: for arguments that must be absolute. `/workspace`, except without isolation. */
  pathInside(tree: string): Promise<string>;
  /** Makes a directory (created with its parents when it is not there) a work tree that runs can use. Repeating it is harmless. */
  prepareTree(tree: string): Promise<void>;
  /**
   * Gives files and directories that the product wrote to the tree's owner, so that runs can change them. Paths are relative to the tree and
   * may be hostile: no symlink is followed. What is no longer there is passed over. Nothing to do, and free, when the product does not run as root.
   */
  adoptFiles(tree: string, paths: readonly string[]): Promise<void>;
  /** The same for all that is in the tree, after an import. */
  adoptTree(tree: string): Promise<void>;
  /** Which isolation and which limits are in force. */
  status(): Promise<SandboxStatus>;
}

/**
 * `none`: a loopback of its own, and nothing else. `host`: the machine's network, loopback included; for fetching with programs and configuration that are
 * not the project's, and in this package alone (a wall holds it).
 */
export type SandboxNetwork = "none" | "host";

export interface SandboxSpec {
  /** Looked up on the `PATH` inside. */
  readonly command: string;
  readonly args?: readonly string[];
  /** The work tree, prepared with `prepareTree`. None: the program sees an empty, read-only `/workspace`. */
  readonly tree?: SandboxTree;
  /** More files and directories of the host, read-only. */
  readonly binds?: readonly SandboxBind[];
  /** All variables there are, besides `PATH`, `HOME` and `LANG` (which it may replace). Nothing is inherited. */
  readonly env?: Readonly<Record<string, string>>;
  /** Inside, relative to the tree. Default: the tree itself. */
  readonly cwd?: string;
  /** Default `none`. */
  readonly network?: SandboxNetwork;
  /** What is left out is in `DEFAULT_LIMITS`. */
  readonly limits?: Partial<SandboxLimits>;
  /** Aborting ends the program with all it started. */
  readonly signal?: AbortSignal;
}

export interface SandboxRunSpec extends SandboxSpec {
  /** Default: empty. */
  readonly stdin?: string | Uint8Array;
}

export interface SandboxTree {
  /** Absolute path on the host. */
  readonly path: string;
  readonly access: "read" | "write";
}

export interface SandboxBind {
  /** Absolute path on the host. */
  readonly from: string;
  /** Absolute path inside. */
  readonly to: string;
}

/** Null: no limit of this kind. */
export interface SandboxLimits {
  readonly wallSeconds: number | null;
  /** Of all processes together. */
  readonly cpuSeconds: number | null;
  /** Of all processes together, files in `/tmp` included. */
  readonly memoryBytes: number;
  /** Processes and threads. */
  readonly processes: number;
  /** Per process. */
  readonly openFiles: number;
  /** Largest single file. */
  readonly fileBytes: number;
  /** What the tree may hold when the run writes to it, with what is in it already. */
  readonly treeBytes: number | null;
  /** The same, counted in files and directories. */
  readonly treeFiles: number | null;
  /** By how much the tree may grow; it is then measured before the program begins and after it has ended. */
  readonly treeGrowthBytes: number | null;
  /** Size of `/tmp` and of `/dev/shm`, each. */
  readonly tmpBytes: number;
  /** Standard output and standard error together. */
  readonly outputBytes: number | null;
}

/** Which limit ended a run. */
export type SandboxLimit = "wall" | "cpu" | "memory" | "processes" | "file" | "tree" | "output";

export interface SandboxEnd {
  /** Null when a signal ended it. 127: there is no such command; 126: it cannot be executed. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Null when it ended by itself. */
  readonly endedBy: SandboxLimit | "abort" | null;
  readonly durationMs: number;
  /** Of all processes together; null where it cannot be measured. */
  readonly cpuMs: number | null;
  readonly peakMemoryBytes: number | null;
  /** Null where its growth has no limit, or it was aborted. */
  readonly treeGrowthBytes: number | null;
}

export interface SandboxResult extends SandboxEnd {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Whether something is missing at the end of a stream, because the output limit was reached. */
  readonly truncated: { readonly stdout: boolean; readonly stderr: boolean };
}

export interface SandboxProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when nothing of the run is left. Rejects with `sandbox_failed` when the program never came to run. */
  readonly ended: Promise<SandboxEnd>;
  /** Ends it with all it started; `endedBy` is `abort`. */
  kill(): void;
}

export interface SandboxStatus {
  /** Null: nothing can be run. */
  readonly driver: "bubblewrap" | "bare" | null;
  /** One sentence each: what isolates, what limits. */
  readonly inForce: readonly string[];
  /** One sentence each: what this machine does not give. */
  readonly missing: readonly string[];
  /** What to do about it. */
  readonly remedy: string | null;
}

/** Enough for a build or a test of a small project. */
export const DEFAULT_LIMITS: SandboxLimits = {
  wallSeconds: 300,
  cpuSeconds: 300,
  memoryBytes: 2 * 1024 ** 3,
  processes: 512,
  openFiles: 4_096,
  fileBytes: 1024 ** 3,
  treeBytes: 5 * 1024 ** 3,
  treeFiles: 1_000_000,
  treeGrowthBytes: null,
  tmpBytes: 256 * 1024 ** 2,
  outputBytes: 10 * 1024 ** 2,
};
