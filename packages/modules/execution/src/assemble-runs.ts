import type { ProjectId } from "@coder/api/workspace";
import type { IDatabase } from "@coder/db";
import type { ISandbox } from "@coder/sandbox";
import { isAppError, type Caller } from "@coder/shared";
import type { IJobs, ILiveConfig } from "@coder/shared/server";
import { ProjectDirectories, ProjectTrees } from "@coder/work-tree";
import { ProjectAccess, type WorkspaceClient } from "./changes/ProjectAccess.ts";
import { CheckpointRetention } from "./checkpoints/CheckpointRetention.ts";
import { Checkpoints } from "./checkpoints/Checkpoints.ts";
import { CheckpointThread } from "./checkpoints/CheckpointThread.ts";
import { Leftovers } from "./checkpoints/Leftovers.ts";
import { RestoreRecovery } from "./checkpoints/RestoreRecovery.ts";
import type { ExecutionConfig } from "./config.ts";
import { Room } from "./Room.ts";
import { Installation } from "./runs/install/Installation.ts";
import type { Resolve } from "./runs/install/RegistryProxy.ts";
import { PackageManager } from "./runs/PackageManager.ts";
import { RunEngine } from "./runs/RunEngine.ts";
import { RunOutputs } from "./runs/RunOutputs.ts";
import { RunRoom } from "./runs/RunRoom.ts";
import { Runs } from "./runs/Runs.ts";
import { RunSettlement } from "./runs/RunSettlement.ts";

export interface RunParts {
  readonly room: Room;
  readonly changed: (caller: Caller, projectId: ProjectId) => Promise<void>;
  readonly retention: CheckpointRetention;
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
  const room = new Room({ workspace });
  const changed = async (caller: Caller, projectId: ProjectId): Promise<void> => {
    // One that went to the trash meanwhile is counted when it comes back.
    await unlessNotReady(workspace(caller).noteFilesChanged({ projectId }));
  };
  const checkpoints = new Checkpoints({ database, dataDirectory, access, thread, room, changed, config, now });
  const outputs = new RunOutputs({ dataDirectory });
  const packages = new PackageManager();
  const installation = new Installation({ sandbox, packages, config, ...(resolve ? { resolve } : {}) });
  const engine = new RunEngine({ database, access, checkpoints, sandbox, packages, installation, outputs, room: new RunRoom({ database, room, now }), changed, config, now });
  return {
    checkpoints, engine, room, changed,
    runs: new Runs({ database, access, outputs, jobs, packages, now }),
    runSettlement: new RunSettlement({ database, jobs, engine, now }),
    leftovers: new Leftovers({ database, dataDirectory, outputs }),
    retention: new CheckpointRetention({ database, dataDirectory, directories, thread, config }),
    recovery: new RestoreRecovery({ database, dataDirectory, directories, thread }),
    stop: () => thread.stop(),
  };
}

async function unlessNotReady(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isAppError(error) || (error.kind !== "conflict" && error.kind !== "not_found")) throw error;
  }
}
