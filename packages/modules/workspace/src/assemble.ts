import type { IDatabase } from "@coder/db";
import type { ISandbox } from "@coder/sandbox";
import type { IJobs, ILiveConfig } from "@coder/shared/server";
import type { ILogger } from "@coder/shared/trpc";
import { ProjectDirectories } from "@coder/work-tree";
import { assembleFiles, type FileParts } from "./assemble-files.ts";
import type { WorkspaceConfig } from "./config.ts";
import type { IGitRunner } from "./git/IGitRunner.ts";
import { ProjectAccess } from "./projects/ProjectAccess.ts";
import { Exports } from "./projects/export/Exports.ts";
import { ImportRoots } from "./projects/import/ImportRoots.ts";
import { ImportRunner, type ICloner, type ITreeKeeper } from "./projects/import/ImportRunner.ts";
import { type AdmitJob, Imports } from "./projects/import/Imports.ts";
import { ImportSettlement } from "./projects/ImportSettlement.ts";
import { Projects } from "./projects/Projects.ts";
import { Quota } from "./projects/Quota.ts";
import { Retention } from "./projects/Retention.ts";
import { TreeReader } from "./projects/TreeReader.ts";
import { UsageCount } from "./projects/UsageCount.ts";
import { WorkspaceService } from "./WorkspaceService.ts";

export interface WorkspaceParts {
  readonly service: WorkspaceService;
  readonly access: ProjectAccess;
  readonly directories: ProjectDirectories;
  readonly runner: ImportRunner;
  readonly settlement: ImportSettlement;
  readonly retention: Retention;
  readonly usage: UsageCount;
  readonly parts: FileParts;
}

/** Puts the module's parts together; the manifest and the tests start here. */
export function assemble(deps: {
  readonly database: IDatabase;
  readonly config: ILiveConfig<WorkspaceConfig>;
  readonly dataDirectory: string;
  readonly jobs: Pick<IJobs, "cancel" | "get">;
  readonly trees: ITreeKeeper;
  readonly cloner: ICloner;
  readonly sandbox: Pick<ISandbox, "spawn" | "pathInside">;
  readonly git: IGitRunner;
  readonly log: ILogger;
  readonly now: () => Date;
  readonly admitJob: AdmitJob;
}): WorkspaceParts {
  const { database, config, dataDirectory, jobs, trees, cloner, sandbox, git, log, now, admitJob } = deps;
  const directories = new ProjectDirectories({ dataDirectory });
  const access = new ProjectAccess({ database });
  const quota = new Quota({ database, config, now });
  const roots = new ImportRoots({ config, dataDirectory });
  const projects = new Projects({ access, directories, quota, trees, jobs, now });
  const imports = new Imports({ access, directories, quota, roots, config, now, admitJob });
  const parts = assembleFiles({ database, config, access, directories, quota, sandbox, git, log, now });
  const service = new WorkspaceService({ projects, imports, quota, ...parts, exports: new Exports({ access, directories }), reader: new TreeReader({ access, directories }) });
  return {
    service, access, directories, parts,
    runner: new ImportRunner({ access, directories, quota, roots, trees, cloner, config, now }),
    settlement: new ImportSettlement({ database, jobs, now }),
    retention: new Retention({ database, directories, quota, config, now }),
    usage: new UsageCount({ database, directories, now }),
  };
}
