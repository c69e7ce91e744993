import type { IDatabase } from "@coder/db";
import type { ISandbox } from "@coder/sandbox";
import type { IJobs, ILiveConfig } from "@coder/shared/server";
import { ProjectDirectories, ProjectTrees } from "@coder/work-tree";
import { ProjectAccess, type WorkspaceClient } from "./changes/ProjectAccess.ts";
import { Checkpoints } from "./checkpoints/Checkpoints.ts";
import { CheckpointThread } from "./checkpoints/CheckpointThread.ts";
import { Leftovers } from "./checkpoints/Leftovers.ts";
import { RestoreRecovery } from "./checkpoints/RestoreRecovery.ts";
import type { ExecutionConfig } from "./config.ts";
import { Installation } from "./runs/install/Installation.ts";
import type { Resolve } from "./runs/install/RegistryProxy.ts";
import { PackageManager } from "./runs/PackageManager.ts";
import { RunEngine } from "./runs/RunEngine.ts";
import { RunOutputs } from "./runs/RunOutputs.ts";
import { Runs } from "./runs/Runs.ts";
import { RunSettlement } from "./runs/RunSettlement.ts";

export interface RunParts {
  readonly checkpoints: Checkpoints;
  readonly runs: Runs;
  readonly engine: RunEngine;
  readonly runSettlement: RunSettlement;
  readonly leftovers: Leftovers;
  readonly recovery: RestoreRecovery;
  stop(): Promise<void>;
}

export interface AssembleRunsDeps {
  readonly database: IDatabase;
  readonly dataDirectory: string;
  readonly workspace: WorkspaceClient;
  readonly sandbox: Pick<ISandbox, "spawn" | "prepareTree" | "adoptTree">;
  readonly jobs: Pick<IJobs, "get" | "cancel">;
  readonly config: ILiveConfig<ExecutionConfig>;
  readonly resolve?: Resolve;
  readonly now: () => Date;
}

/** Runs, installations and checkpoints; the manifest and the tests start here. */
export function assembleRuns({ database, dataDirectory, workspace, sandbox, jobs, config, resolve, now }: AssembleRunsDeps): RunParts {
  const directories = new ProjectDirectories({ dataDirectory });
  const access = new ProjectAccess({ workspace, directories, trees: new ProjectTrees() });
  const thread = new CheckpointThread();
  const checkpoints = new Checkpoints({ database, dataDirectory, access, thread, config, now });
  const outputs = new RunOutputs({ dataDirectory });
  const packages = new PackageManager();
  const installation = new Installation({ sandbox, packages, config, ...(resolve ? { resolve } : {}) });
  const engine = new RunEngine({ database, access, checkpoints, sandbox, packages, installation, outputs, config, now });
  return {
    checkpoints, engine,
    runs: new Runs({ database, access, outputs, jobs, now }),
    runSettlement: new RunSettlement({ database, jobs, engine, now }),
    leftovers: new Leftovers({ database, dataDirectory, outputs }),
    recovery: new RestoreRecovery({ database, dataDirectory, directories, thread }),
    stop: () => thread.stop(),
  };
}
