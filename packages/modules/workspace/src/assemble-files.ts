import type { IDatabase } from "@coder/db";
import type { ISandbox } from "@coder/sandbox";
import type { ILiveConfig } from "@coder/shared/server";
import type { ILogger } from "@coder/shared/trpc";
import { FileWriter, PathLocks, ProjectTrees, type ProjectDirectories } from "@coder/work-tree";
import type { WorkspaceConfig } from "./config.ts";
import { Buffers } from "./files/buffers/Buffers.ts";
import { Layouts } from "./files/buffers/Layouts.ts";
import { Charges } from "./files/Charges.ts";
import { Files } from "./files/Files.ts";
import { Trash } from "./files/Trash.ts";
import { TrashRetention } from "./files/TrashRetention.ts";
import { Git } from "./git/Git.ts";
import type { IGitRunner } from "./git/IGitRunner.ts";
import { ChangeNotes } from "./live/ChangeNotes.ts";
import { LiveProjects } from "./live/LiveProjects.ts";
import { TreeWatchers } from "./live/TreeWatchers.ts";
import type { ProjectAccess } from "./projects/ProjectAccess.ts";
import type { Quota } from "./projects/Quota.ts";
import { Ripgrep } from "./search/Ripgrep.ts";
import { TextSearch } from "./search/TextSearch.ts";

/** What works on the files of projects: reading and writing, watching, searching, version control. */
export interface FileParts {
  readonly files: Files;
  readonly buffers: Buffers;
  readonly layouts: Layouts;
  readonly trash: TrashRetention;
  readonly live: LiveProjects;
  readonly search: TextSearch;
  readonly git: Git;
  /** Ends what watches, and writes down what is still noted. */
  stop(): Promise<void>;
}

export function assembleFiles(deps: {
  readonly database: IDatabase;
  readonly config: ILiveConfig<WorkspaceConfig>;
  readonly access: ProjectAccess;
  readonly directories: ProjectDirectories;
  readonly quota: Quota;
  readonly sandbox: Pick<ISandbox, "spawn" | "pathInside">;
  readonly git: IGitRunner;
  readonly log: ILogger;
  readonly now: () => Date;
}): FileParts {
  const { database, config, access, directories, quota, sandbox, git, log, now } = deps;
  const trees = new ProjectTrees();
  const changes = new ChangeNotes({ access, log, now });
  const live = new LiveProjects({ access, directories, changes, log, watchers: new TreeWatchers({ log }) });
  return {
    live,
    trash: new TrashRetention({ database, directories, quota, config, now }),
    files: new Files({
      access, directories, config, changes, trees,
      charges: new Charges({ quota, access }),
      writer: new FileWriter({ locks: new PathLocks() }),
      trash: new Trash({ database, quota, now }),
    }),
    buffers: new Buffers({ access, database, now }),
    layouts: new Layouts({ access, database, now }),
    search: new TextSearch({ access, directories, ripgrep: new Ripgrep({ sandbox }) }),
    git: new Git({ access, directories, trees, git }),
    stop: async () => {
      await live.stop();
      await changes.stop();
    },
  };
}
