import type { ProjectId } from "@coder/api/workspace";
import { unlessConflict } from "@coder/db";
import type { Caller } from "@coder/shared";
import type { IndexRows } from "../store/IndexRows.ts";
import type { Forgetting } from "./Forgetting.ts";
import type { RunRequests } from "./RunRequests.ts";

/** Changes of so long are taken together: people save often. */
const GATHER_MS = 5_000;

/** Follows what happens to projects, with the rights of whoever it comes from. */
export class ProjectEvents {
  readonly #deps: { readonly rows: IndexRows; readonly requests: RunRequests; readonly forgetting: Forgetting; readonly now: () => Date };

  constructor(deps: { readonly rows: IndexRows; readonly requests: RunRequests; readonly forgetting: Forgetting; readonly now: () => Date }) {
    this.#deps = deps;
  }

  /** Brings the index up to date, where there is one. */
  async filesChanged(caller: Caller, projectId: ProjectId): Promise<void> {
    const { rows, requests, now } = this.#deps;
    // Noted first: a run that is just ending sees it there, or has ended and is followed by another.
    const row = await unlessConflict(rows.update(caller, projectId, { changedAt: now().toISOString() }, { where: { indexedAt: { ne: null } } }));
    if (row) await requests.request(caller, projectId, { full: false, delayMs: GATHER_MS });
  }

  /** In the trash: what is indexed stays for when it is restored. */
  async projectDeleted(caller: Caller, projectId: ProjectId): Promise<void> {
    const row = await this.#deps.rows.get(caller, projectId);
    if (row) await this.#deps.requests.cancel(caller, row);
  }

  async projectPurged(caller: Caller, projectId: ProjectId): Promise<void> {
    await this.#deps.forgetting.forget(caller, projectId);
  }
}
