import { stat } from "node:fs/promises";
import { projectImportedEvent, type ProjectId, type ProjectSource } from "@coder/api/workspace";
import { unlessConflict, type Stored } from "@coder/db";
import { isAppError } from "@coder/shared";
import type { ILiveConfig, JobContext } from "@coder/shared/server";
import { ProjectTree, textOfStored, type ProjectDirectories } from "@coder/work-tree";
import type { WorkspaceConfig } from "../../config.ts";
import type { ProjectRow } from "../../entities.ts";
import { cleanProjectJob } from "../../jobs/definitions.ts";
import type { ProjectAccess } from "../ProjectAccess.ts";
import type { Quota } from "../Quota.ts";
import { measureTree, type TreeSize } from "../tree/measure-tree.ts";
import { openArchive } from "./archive-format.ts";
import { shareOf, type CloneStep } from "./clone-share.ts";
import { importCancelled, importFailed, shown, sourceGone, tooLarge, tooManyEntries } from "./errors.ts";
import { FolderSource } from "./FolderSource.ts";
import type { IImportSource } from "./import-source.ts";
import type { ImportRoots } from "./ImportRoots.ts";
import { ImportTarget } from "./ImportTarget.ts";
import { unpack } from "./unpack.ts";

/** Makes a tree one that programs of the project can run in. */
export interface ITreeKeeper {
  prepareTree(tree: string): Promise<void>;
  adoptTree(tree: string): Promise<void>;
}

export interface CloneRequest {
  readonly url: string;
  readonly ref: string | null;
  /** Becomes the work tree. */
  readonly target: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly onProgress: (step: CloneStep) => void;
}

/** Brings a git repository here. */
export interface ICloner {
  clone(request: CloneRequest): Promise<void>;
}

export interface ImportRunnerDeps {
  readonly access: ProjectAccess;
  readonly directories: ProjectDirectories;
  readonly quota: Quota;
  readonly roots: ImportRoots;
  readonly trees: ITreeKeeper;
  readonly cloner: ICloner;
  readonly config: ILiveConfig<WorkspaceConfig>;
  readonly now: () => Date;
}

/** What comes after the last byte, putting the tree in place and giving it to its owner, is a part of the way as well. */
const LAST_PART = 0.1;

type Run = JobContext<{ readonly projectId: ProjectId }> & { readonly jobName: string };

/**
 * One import, from its source to a tree that can be opened. It can be killed at any point: until the project is `ready` nobody looks at what is there, and the
 * next run starts by removing it. The project is told how it ended in the same write that leaves the events behind.
 */
export class ImportRunner {
  readonly #deps: ImportRunnerDeps;

  constructor(deps: ImportRunnerDeps) {
    this.#deps = deps;
  }

  async run(run: Run): Promise<void> {
    const row = await this.#claim(run);
    if (!row) {
      run.log.info({}, "Nothing to import: the project is gone, or another import has taken its place");
      return;
    }
    const target = new ImportTarget(this.#deps.directories.of(row));
    const charge = new Charge(this.#deps, run, row);
    try {
      await target.begin(run.signal);
      let way = 0;
      const progress = (done: number, total: number): Promise<void> => {
        way = total + Math.ceil(total * LAST_PART);
        return run.progress(done, way);
      };
      const size = await this.#bring(row, target, charge, { ...run, progress });
      await target.moveIntoPlace(run.signal);
      const { tree } = this.#deps.directories.of(row);
      await this.#deps.trees.prepareTree(tree);
      await this.#deps.trees.adoptTree(tree);
      await run.progress(way, way);
      await this.#succeed(row, charge, size, run);
    } catch (error) {
      await this.#fail(row, target, charge, error, run);
      throw error;
    }
  }

  /** The project, if this job is the one that imports it. A job that is started again after its failure takes the project over again. */
  async #claim({ caller, payload: { projectId }, id, jobName }: Run): Promise<Stored<ProjectRow> | null> {
    const rows = this.#deps.access.rows(caller);
    const row = await rows.get(projectId);
    if (row?.status === "importing") return row.job?.id === id ? row : null;
    if (row?.status !== "failed") return null;
    const changes = { status: "importing", job: { id, name: jobName }, problem: null, updatedAt: this.#deps.now().toISOString() } as const;
    return unlessConflict(rows.update(projectId, changes, { where: { status: "failed" } }));
  }

  async #bring(row: Stored<ProjectRow>, target: ImportTarget, charge: Charge, run: Run): Promise<TreeSize> {
    const { source } = row;
    if (source.kind === "git") return this.#clone(source, target, charge, run);
    const kept = await sizeOf(target.archive);
    const { signal, log, progress } = run;
    const limits = this.#deps.config.value.import;
    return unpack(await this.#open(source, target, run), { target, limits, signal, log, progress, reserve: ({ files, bytes }) => charge.become({ files, bytes: kept + bytes }) });
  }

  async #open(source: ProjectSource, target: ImportTarget, { log }: Run): Promise<IImportSource> {
    const { maxRatio } = this.#deps.config.value.import;
    if (source.kind === "archive") return openArchive(target.archive, maxRatio);
    if (source.kind !== "folder") throw sourceGone();
    const folder = await this.#deps.roots.resolve(textOfStored(source.path));
    return new FolderSource({ folder, onSkipped: (path) => log.info({}, `Passed over ${shown(path)}: neither file, folder nor link`) });
  }

  async #clone({ url, ref }: Extract<ProjectSource, { kind: "git" }>, target: ImportTarget, charge: Charge, { signal, progress, caller }: Run): Promise<TreeSize> {
    const { maxUnpackedBytes, maxEntries } = this.#deps.config.value.import;
    const { bytes } = await this.#deps.quota.usage(caller);
    const maxBytes = Math.min(maxUnpackedBytes, Math.max(0, bytes.limit - bytes.used));
    let share = 0;
    const onProgress = (step: CloneStep): void => {
      share = Math.max(share, shareOf(step));
      progress(share, 100).catch(() => undefined);
    };
    await this.#deps.cloner.clone({ url, ref, target: target.staged, maxBytes, signal, onProgress });
    const size = await measureTree(new ProjectTree(target.staged), signal);
    if (size.bytes > maxUnpackedBytes) throw tooLarge("unpacked", maxUnpackedBytes);
    if (size.files > maxEntries) throw tooManyEntries(maxEntries);
    await charge.become(size);
    return size;
  }

  async #succeed(row: Stored<ProjectRow>, charge: Charge, size: TreeSize, { caller, signal }: Run): Promise<void> {
    signal.throwIfAborted();
    const at = this.#deps.now().toISOString();
    const counts = { fileCount: size.files, sizeBytes: size.bytes, chargedFiles: size.files, chargedBytes: size.bytes, countedAt: at };
    const ready = await unlessConflict(
      this.#deps.access.rows(caller).update(
        row.id,
        { status: "ready", job: null, problem: null, ...counts, filesChangedAt: at, updatedAt: at },
        { where: { status: "importing" }, emit: [projectImportedEvent.with({ organizationId: row.organizationId, projectId: row.id })], enqueue: [cleanProjectJob.with({ projectId: row.id })] },
      ),
    );
    if (!ready) throw importCancelled();
    await charge.settled(size);
  }

  /** Leaves the project as failed, what it takes on disk given back but for the archive, and a job that removes the rest. */
  async #fail(row: Stored<ProjectRow>, target: ImportTarget, charge: Charge, error: unknown, { caller, signal, log }: Run): Promise<void> {
    const stopped = signal.aborted && isAppError(signal.reason) ? signal.reason.code : null;
    // It runs again, here or elsewhere, and starts by cleaning up.
    if (stopped === "worker_draining" || stopped === "job_lost") return;
    const problem = stopped !== null ? importCancelled() : isAppError(error) ? error : importFailed();
    const { code, message, remedy } = problem;
    const effects = { enqueue: [cleanProjectJob.with({ projectId: row.id })] };
    const rows = this.#deps.access.rows(caller);
    const changes = { status: "failed", job: null, problem: { code, message, remedy }, fileCount: 0, sizeBytes: 0, updatedAt: this.#deps.now().toISOString() } as const;
    const failed = await unlessConflict(rows.update(row.id, changes, { where: { status: "importing" }, ...effects }));
    // Somebody put it into the trash meanwhile: it stays there.
    if (!failed) await unlessConflict(rows.update(row.id, { job: null, fileCount: 0, sizeBytes: 0 }, { where: { status: "deleted" }, ...effects }));
    await charge.become({ files: 0, bytes: await sizeOf(target.archive) });
    if (!isAppError(error)) log.error({ err: error }, "The import failed");
  }
}

/** What a project is counted with against the quota, in its row and in the sum. */
class Charge {
  readonly #deps: Pick<ImportRunnerDeps, "quota" | "access">;
  readonly #run: Pick<Run, "caller">;
  readonly #id: ProjectId;
  #now: TreeSize;

  constructor(deps: Pick<ImportRunnerDeps, "quota" | "access">, run: Pick<Run, "caller">, row: ProjectRow) {
    this.#deps = deps;
    this.#run = run;
    this.#id = row.id;
    this.#now = { files: row.chargedFiles, bytes: row.chargedBytes };
  }

  async become(next: TreeSize): Promise<void> {
    await this.settled(next);
    await unlessConflict(this.#deps.access.rows(this.#run.caller).update(this.#id, { chargedFiles: next.files, chargedBytes: next.bytes }));
  }

  /** The row says so already. */
  async settled(next: TreeSize): Promise<void> {
    await this.#deps.quota.reserve(this.#run.caller, { files: next.files - this.#now.files, bytes: next.bytes - this.#now.bytes });
    this.#now = next;
  }
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}
