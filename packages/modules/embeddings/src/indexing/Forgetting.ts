import type { ProjectId } from "@coder/api/workspace";
import { unlessConflict, type IVectorStore } from "@coder/db";
import type { Caller } from "@coder/shared";
import type { IndexRows } from "../store/IndexRows.ts";
import type { SegmentStore } from "../store/SegmentStore.ts";
import type { RunRequests } from "./RunRequests.ts";

export interface ForgettingDeps {
  readonly rows: IndexRows;
  readonly segments: SegmentStore;
  readonly vectors: IVectorStore;
  readonly requests: Pick<RunRequests, "cancel">;
}

/** Removes all that is known of a project. Repeating it is harmless. */
export class Forgetting {
  readonly #deps: ForgettingDeps;

  constructor(deps: ForgettingDeps) {
    this.#deps = deps;
  }

  async forget(caller: Caller, projectId: ProjectId): Promise<void> {
    const { rows, requests } = this.#deps;
    const row = await rows.get(caller, projectId);
    if (row) {
      await requests.cancel(caller, row);
      await this.#removeWhatIsStored(caller, projectId, row.endpoint?.collection ?? null);
      await unlessConflict(rows.of(caller).delete(projectId));
    }
    // What a run stored that was at work meanwhile; unless somebody has asked for another one already, which begins by that.
    if (!(await rows.get(caller, projectId))) await this.#removeWhatIsStored(caller, projectId, null);
  }

  async #removeWhatIsStored(caller: Caller, projectId: ProjectId, collection: string | null): Promise<void> {
    if (collection !== null) await this.#deps.vectors.collection(caller, collection).clear();
    await this.#deps.segments.retain(caller, projectId, []);
  }
}
