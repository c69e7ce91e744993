import type { IDatabase } from "@coder/db";
import type { IJobs } from "@coder/shared/server";
import type { ILogger } from "@coder/shared/trpc";
import { PathLocks, ProjectDirectories, ProjectTrees } from "@coder/work-tree";
import { Applying } from "./changes/apply/Applying.ts";
import { ChangePlan } from "./changes/apply/ChangePlan.ts";
import { ChangeRun } from "./changes/apply/ChangeRun.ts";
import { Settlement } from "./changes/apply/Settlement.ts";
import { ChangeSetFeeds } from "./changes/ChangeSetFeeds.ts";
import { ChangeSetMaker } from "./changes/ChangeSetMaker.ts";
import { ChangeSets } from "./changes/ChangeSets.ts";
import { Forgetting } from "./changes/Forgetting.ts";
import { FileReader } from "./changes/FileReader.ts";
import type { ICheckpoints } from "./changes/ICheckpoints.ts";
import { ProjectAccess, type WorkspaceClient } from "./changes/ProjectAccess.ts";
import { Review } from "./changes/review/Review.ts";
import { ChangeRows } from "./changes/store/ChangeRows.ts";
import { ChangeTexts } from "./changes/store/ChangeTexts.ts";
import type { RunParts } from "./assemble-runs.ts";
import type { IStage } from "./changes/validation/stage.ts";
import { ValidationRun } from "./changes/validation/ValidationRun.ts";
import { ExecutionService } from "./ExecutionService.ts";

export interface ExecutionParts {
  readonly service: ExecutionService;
  readonly rows: ChangeRows;
  readonly texts: ChangeTexts;
  readonly access: ProjectAccess;
  readonly validation: ValidationRun;
  readonly run: ChangeRun;
  readonly settlement: Settlement;
  readonly forgetting: Forgetting;
}

export interface AssembleDeps {
  readonly database: IDatabase;
  readonly dataDirectory: string;
  readonly workspace: WorkspaceClient;
  readonly jobs: Pick<IJobs, "get">;
  readonly checkpoints: ICheckpoints;
  readonly runParts: Pick<RunParts, "checkpoints" | "runs" | "room" | "changed">;
  readonly stages: readonly IStage[];
  readonly log: ILogger;
  readonly now: () => Date;
}

/** Puts the module's parts together; the manifest and the tests start here. */
export function assemble({ database, dataDirectory, workspace, jobs, checkpoints, runParts, stages, log, now }: AssembleDeps): ExecutionParts {
  const rows = new ChangeRows({ database, now });
  const texts = new ChangeTexts({ dataDirectory });
  const access = new ProjectAccess({ workspace, directories: new ProjectDirectories({ dataDirectory }), trees: new ProjectTrees() });
  const reader = new FileReader({ texts });
  const validation = new ValidationRun({ rows, reader, stages, log });
  const run = new ChangeRun({ rows, texts, access, plan: new ChangePlan({ reader, texts }), validation, checkpoints, jobs, locks: new PathLocks(), room: runParts.room, changed: runParts.changed });
  const settlement = new Settlement({ database, rows, access, run, jobs, log, now });
  const service = new ExecutionService({
    changes: new ChangeSets({ rows, reader, access, maker: new ChangeSetMaker({ rows, texts, access }), feeds: new ChangeSetFeeds({ rows, settlement, log }) }),
    review: new Review({ rows, texts, reader, access }),
    applying: new Applying({ rows, access }),
    checkpoints: runParts.checkpoints,
    runs: runParts.runs,
  });
  return { service, rows, texts, access, validation, run, settlement, forgetting: new Forgetting({ rows, texts }) };
}
