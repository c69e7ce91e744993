import type { ChangeSetId } from "@coder/api/execution";
import { eachRow, unlessConflict, type IDatabase, type IRepository, type Stored, type WriteEffects } from "@coder/db";
import type { Caller } from "@coder/shared";
import { changeFileEntity, changeSetEntity, commentEntity, type ChangeFileRow, type ChangeSetRow, type CommentRow } from "../../entities.ts";
import { changeSetNotFound } from "../../errors.ts";
import { collect } from "../collect.ts";

/** The rows of change sets, of the caller's organization. */
export class ChangeRows {
  readonly #deps: { readonly database: IDatabase; readonly now: () => Date };

  constructor(deps: { readonly database: IDatabase; readonly now: () => Date }) {
    this.#deps = deps;
  }

  sets(caller: Caller): IRepository<ChangeSetRow> {
    return this.#deps.database.for(caller).repository(changeSetEntity);
  }

  files(caller: Caller): IRepository<ChangeFileRow> {
    return this.#deps.database.for(caller).repository(changeFileEntity);
  }

  comments(caller: Caller): IRepository<CommentRow> {
    return this.#deps.database.for(caller).repository(commentEntity);
  }

  /** `change_set_not_found`. */
  async require(caller: Caller, id: ChangeSetId): Promise<Stored<ChangeSetRow>> {
    const row = await this.sets(caller).get(id);
    if (!row) throw changeSetNotFound();
    return row;
  }

  /** In the order in which they were proposed. */
  async filesOf(caller: Caller, changeSetId: ChangeSetId): Promise<readonly Stored<ChangeFileRow>[]> {
    return collect(eachRow(this.files(caller), { changeSetId }, { sort: { field: "position", direction: "asc" } }));
  }

  /** Oldest first. */
  async commentsOf(caller: Caller, changeSetId: ChangeSetId): Promise<readonly Stored<CommentRow>[]> {
    return collect(eachRow(this.comments(caller), { changeSetId }, { sort: { field: "createdAt", direction: "asc" } }));
  }

  /** Changes the row from what it is at that moment, however many do so at once. Null where `change` has nothing to change. */
  async change(
    caller: Caller,
    id: ChangeSetId,
    change: (row: Stored<ChangeSetRow>) => Partial<Omit<ChangeSetRow, "id" | "updatedAt">> | null,
    effects: WriteEffects = {},
  ): Promise<Stored<ChangeSetRow> | null> {
    for (;;) {
      const row = await this.require(caller, id);
      const changes = change(row);
      if (changes === null) return null;
      const written = await unlessConflict(this.sets(caller).update(id, { ...changes, updatedAt: this.#later(row) }, { ...effects, etag: row.etag }));
      if (written) return written;
    }
  }

  now(): string {
    return this.#deps.now().toISOString();
  }

  /** Later than before, whatever the clocks say: readers look for what is newer. */
  #later({ updatedAt }: ChangeSetRow): string {
    return new Date(Math.max(this.#deps.now().getTime(), Date.parse(updatedAt) + 1)).toISOString();
  }
}
