import type { ProjectId, TreePage } from "@coder/api/workspace";
import type { workspaceRouter } from "@coder/api/workspace/router";
import type { Caller } from "@coder/shared";
import type { ServiceClient } from "@coder/shared/trpc";
import type { ListedFile, ReadFile } from "./IndexBuild.ts";

const PAGE = 5_000;
const FILES_AT_ONCE = 128;
const BYTES_AT_ONCE = 4 * 1024 ** 2;

export type WorkspaceClient = ServiceClient<typeof workspaceRouter>;

/** A project's files, as the module that owns them tells. */
export class ProjectReader {
  readonly #workspace: ReturnType<WorkspaceClient>;
  readonly #projectId: ProjectId;

  constructor(deps: { readonly workspace: WorkspaceClient; readonly caller: Caller; readonly projectId: ProjectId; readonly signal: AbortSignal }) {
    this.#workspace = deps.workspace(deps.caller, { signal: deps.signal });
    this.#projectId = deps.projectId;
  }

  /** All of them, without their content. */
  async list(): Promise<ListedFile[]> {
    const listed: ListedFile[] = [];
    let after: string | null = "";
    while (after !== null) {
      const page: TreePage = await this.#workspace.listTree({ projectId: this.#projectId, limit: PAGE, ...(after === "" ? {} : { after }) });
      for (const { path, sizeBytes, fingerprint } of page.files) listed.push({ path, sizeBytes, fingerprint });
      after = page.nextAfter;
    }
    return listed;
  }

  /** Their content, a few megabytes at a time. The next ones are read while the caller works on these. */
  async *read(files: readonly ListedFile[]): AsyncGenerator<readonly ReadFile[], void, void> {
    const queue = [...files].reverse();
    let next = this.#batch(queue);
    while (next) {
      const batch = await next;
      next = this.#batch(queue);
      // Whoever stops early does not wait for it.
      next?.catch(() => undefined);
      yield batch;
    }
  }

  #batch(queue: ListedFile[]): Promise<readonly ReadFile[]> | null {
    const batch: ListedFile[] = [];
    let bytes = 0;
    for (let file = queue.at(-1); file && batch.length < FILES_AT_ONCE && (batch.length === 0 || bytes + file.sizeBytes <= BYTES_AT_ONCE); file = queue.at(-1)) {
      queue.pop();
      batch.push(file);
      bytes += file.sizeBytes;
    }
    return batch.length === 0 ? null : this.#readAll(batch);
  }

  async #readAll(batch: readonly ListedFile[]): Promise<ReadFile[]> {
    const done: ReadFile[] = [];
    for (let rest = batch; rest.length > 0; ) {
      const { files } = await this.#workspace.readFiles({ projectId: this.#projectId, paths: rest.map(({ path }) => path) });
      const left: ListedFile[] = [];
      rest.forEach((file, index) => {
        const { text = null, reason } = files[index] ?? {};
        // The answer was full. A file that is first in one and finds no room finds none anywhere.
        if (reason === "next" && index > 0) left.push(file);
        else done.push({ ...file, text, reason: text === null ? reasonOf(reason) : null });
      });
      rest = left;
    }
    return done;
  }
}

function reasonOf(reason: string | undefined): NonNullable<ReadFile["reason"]> {
  if (reason === "missing" || reason === "binary" || reason === "too_large") return reason;
  return reason === "next" ? "too_large" : "unreadable";
}
