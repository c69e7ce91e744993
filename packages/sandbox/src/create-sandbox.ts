import path from "node:path";
import type { ILogger } from "@coder/shared/trpc";
import { Isolation } from "./Isolation.ts";
import { readIdRanges } from "./ownership/id-range.ts";
import { RunIds } from "./ownership/RunIds.ts";
import { WorkTrees } from "./ownership/WorkTrees.ts";
import { Sandbox } from "./Sandbox.ts";
import type { ISandbox } from "./ISandbox.ts";

export interface OpenSandbox extends ISandbox {
  /** Ends every run. */
  close(): Promise<void>;
}

export interface SandboxOptions {
  readonly dataDirectory: string;
  readonly allowBareProcess: () => boolean;
  readonly log: ILogger;
  /** Bubblewrap, by name or path. Default: `bwrap`, as the system has it. */
  readonly program?: string;
}

/** The sandbox of this process. Whoever opens it closes it. */
export async function createSandbox({ program = "bwrap", ...options }: SandboxOptions): Promise<OpenSandbox> {
  const ids = await readIdRanges();
  const runIds = ids && new RunIds(ids.runs);
  return new Sandbox({ isolation: new Isolation({ program, runIds, ...options, dataDirectory: path.resolve(options.dataDirectory) }), trees: new WorkTrees(ids, options.log), runIds, log: options.log });
}
