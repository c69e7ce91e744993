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
  /** Takes in a process and all it will start. */
  enter(pid: number): Promise<void>;
  read(): Promise<Usage>;
  /** Every process that is counted, to the last one. */
  pids(): Promise<readonly number[]>;
  close(): Promise<void>;
}

export interface IMeters {
  /** One sentence: what limits, and how. */
  readonly description: string;
  /** The program must not start before it has been taken in: what it started before would not be counted. */
  readonly gated: boolean;
  open(limits: Pick<SandboxLimits, "memoryBytes" | "processes">): Promise<IMeter>;
  close(): Promise<void>;
}

export const NOTHING_USED: Usage = { cpuMs: null, peakMemoryBytes: null, exceeded: null };
