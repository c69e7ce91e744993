import type { ProjectId, TreePage } from "@coder/api/workspace";
import type { workspaceRouter } from "@coder/api/workspace/router";
import type { Caller } from "@coder/shared";
import type { ILiveConfig } from "@coder/shared/server";
import type { ServiceClient } from "@coder/shared/trpc";
import type { CodeGenerationConfig } from "../config.ts";
import type { Snapshot, SourceText } from "../engine/snapshot.ts";
import { projectNotReady } from "../errors.ts";
import { isSource, isWanted } from "./wanted.ts";

export type WorkspaceClient = ServiceClient<typeof workspaceRouter>;

const PAGE = 5_000;
const FILES_AT_ONCE = 128;
const BYTES_AT_ONCE = 4 * 1024 ** 2;
/** A larger one is generated or bundled: nobody writes routes or types there. */
const MAX_FILE_BYTES = 256 * 1024;

/** Reads what generators have to know of a project, through the module that owns its files. */
export class ProjectSources {
  readonly #deps: { readonly workspace: WorkspaceClient; readonly config: ILiveConfig<CodeGenerationConfig> };

  constructor(deps: { readonly workspace: WorkspaceClient; readonly config: ILiveConfig<CodeGenerationConfig> }) {
    this.#deps = deps;
  }

  /** `project_not_found` (404), `project_not_ready` (409). */
  async check(caller: Caller, projectId: ProjectId): Promise<void> {
    const { status } = await this.#deps.workspace(caller).getProject({ id: projectId });
    if (status !== "ready") throw projectNotReady(status);
  }

  async read(caller: Caller, projectId: ProjectId, signal: AbortSignal): Promise<Snapshot> {
    await this.check(caller, projectId);
    const workspace = this.#deps.workspace(caller, { signal });
    const { sourceFiles, sourceBytes } = this.#deps.config.value.limits;
    const listed: { readonly path: string; readonly sizeBytes: number }[] = [];
    let after: string | null = "";
    while (after !== null) {
      const page: TreePage = await workspace.listTree({ projectId, limit: PAGE, ...(after === "" ? {} : { after }) });
      for (const { path, sizeBytes } of page.files) listed.push({ path, sizeBytes });
      after = page.nextAfter;
    }
    const wanted = listed.filter(({ path, sizeBytes }) => isWanted(path) && sizeBytes <= MAX_FILE_BYTES).sort((one, other) => depthOf(one.path) - depthOf(other.path));
    const chosen: typeof wanted = [];
    let bytes = 0;
    for (const file of wanted) {
      if (chosen.length >= sourceFiles || bytes + file.sizeBytes > sourceBytes) break;
      bytes += file.sizeBytes;
      chosen.push(file);
    }
    const files: SourceText[] = [];
    const sizes = new Map(chosen.map((file) => [file.path, file.sizeBytes]));
    let rest = chosen.map(({ path }) => path);
    while (rest.length > 0) {
      const batch = firstBatch(rest, sizes);
      const answer = await workspace.readFiles({ projectId, paths: batch });
      const again: string[] = [];
      answer.files.forEach(({ path, text, reason }, index) => {
        if (text !== null) files.push({ path, text });
        else if (reason === "next" && index > 0) again.push(path);
      });
      rest = [...again, ...rest.slice(batch.length)];
    }
    return {
      paths: listed.map(({ path }) => path).sort(),
      files: files.sort((one, other) => (one.path < other.path ? -1 : 1)),
      sourceTotal: listed.filter(({ path }) => isSource(path)).length,
    };
  }
}

function depthOf(path: string): number {
  return path.split("/").length;
}

function firstBatch(paths: readonly string[], sizes: ReadonlyMap<string, number>): string[] {
  const batch: string[] = [];
  let bytes = 0;
  for (const path of paths) {
    bytes += sizes.get(path) ?? 0;
    if (batch.length >= FILES_AT_ONCE || (batch.length > 0 && bytes > BYTES_AT_ONCE)) break;
    batch.push(path);
  }
  return batch;
}
