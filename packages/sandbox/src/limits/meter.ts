import type { SandboxLimits } from "../ISandbox.ts";

export interface Usage {
  /** Of all processes together; null when not measured. */
  readonly cpuMs: number | null;
  /** The most it was so far. */
  readonly peakMemoryBytes: number | null;
  /** A limit that was met and that the kernel answers in its own way: a process was killed, a fork was refused. */
  readonly exceeded: "memory" | "processes" | null;
}

/** Counts and limits what one run uses. */
export interface IMeter {
  /** Files to which a process writes "0" to be counted from then on, with all that it starts. */
  readonly groups: readonly string[];
  /** Where there are no groups: the process to be looked at, with all that it starts. */
  watch(pid: number): void;
  read(): Promise<Usage>;
  /** Every process that is counted, to the last one. */
  pids(): Promise<readonly number[]>;
  close(): Promise<void>;
}

export interface IMeters {
  /** One sentence: what limits, and how. */
  readonly description: string;
  /** Each run has groups, and the kernel limits them as a whole. */
  readonly exact: boolean;
  /** Processes and threads that a run may have at most, whatever its limit. */
  readonly mostTasks: number;
  open(limits: Pick<SandboxLimits, "memoryBytes" | "processes">): Promise<IMeter>;
  close(): Promise<void>;
}

export const NOTHING_USED: Usage = { cpuMs: null, peakMemoryBytes: null, exceeded: null };
