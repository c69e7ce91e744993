import { mkdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { ProjectPath, TrashEntry, TrashPage } from "@coder/api/workspace";
import { eachRow, unlessConflict, type IDatabase, type IRepository, type Stored } from "@coder/db";
import { actorOf, type Caller } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { isGone, ownLike, ProjectTree, renameOurs, statAt, statOrNull, storedText, syncFolder, textOfStored, type Place, type ProjectDirectory } from "@coder/work-tree";
import { trashEntryEntity, type ProjectRow, type TrashEntryRow } from "../entities.ts";
import type { Quota } from "../projects/Quota.ts";
import { measureTree } from "../projects/tree/measure-tree.ts";
import { restoreCollision, trashEntryNotFound } from "./errors.ts";
import { moveWithoutReplacing } from "./move-entries.ts";
import { purgeDeletion } from "./TrashRetention.ts";

export interface TrashDeps {
  readonly database: IDatabase;
  readonly quota: Quota;
  readonly now: () => Date;
}

/**
 * What was deleted in a project's tree, one row and one folder `trash/<id>/` per deletion. The row is there before anything moves and goes after everything is
 * back: a process that dies in between leaves a deletion that can be restored, or a restoration that can be repeated.
 */
export class Trash {
  readonly #deps: TrashDeps;

  constructor(deps: TrashDeps) {
    this.#deps = deps;
  }

  /** All of them or none. `entry_not_found`. */
  async delete(caller: Caller, project: ProjectRow, directory: ProjectDirectory, tree: ProjectTree, paths: readonly ProjectPath[]): Promise<string> {
    const places = await placesOf(tree, paths);
    const row: TrashEntryRow = {
      id: newId(),
      organizationId: project.organizationId,
      projectId: project.id,
      entries: places.map((at, index) => ({ name: String(index), path: storedText(at) })),
      fileCount: 0,
      sizeBytes: 0,
      deletedBy: actorOf(caller),
      deletedAt: this.#deps.now().toISOString(),
    };
    const rows = this.#rows(caller);
    await rows.insert(row);
    const folder = path.join(directory.trash, row.id);
    await mkdir(folder, { recursive: true });
    try {
      for (const [index, at] of places.entries()) await tree.at(at, async (place) => toTrash(place, path.join(folder, String(index))));
    } catch (error) {
      await this.#putBack(tree, folder, row.entries.map(({ name }, index) => ({ name, path: places[index] ?? "" })));
      await rows.delete(row.id);
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    await syncFolder(folder);
    // It is done, whatever cannot be counted: folders that a program closed.
    const { files, bytes } = await measureTree(new ProjectTree(folder));
    await unlessConflict(rows.update(row.id, { fileCount: files, sizeBytes: bytes }));
    return row.id;
  }

  /** Newest first. */
  async list(caller: Caller, project: ProjectRow, { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined }): Promise<TrashPage> {
    const page = await this.#rows(caller).query({ projectId: project.id }, { limit, cursor, sort: { field: "deletedAt", direction: "desc" } });
    return { items: page.items.map(trashEntryOf), nextCursor: page.nextCursor };
  }

  /** Puts everything back where it was; folders that are gone are made again. `restore_collision` names what is in the way, and nothing is moved then. */
  async restore(caller: Caller, project: ProjectRow, directory: ProjectDirectory, tree: ProjectTree, trashId: string): Promise<readonly ProjectPath[]> {
    const rows = this.#rows(caller);
    const row = await rows.get(trashId);
    if (row?.projectId !== project.id) throw trashEntryNotFound();
    const folder = path.join(directory.trash, row.id);
    const entries = row.entries.map((entry) => ({ name: entry.name, path: textOfStored(entry.path) }));
    const waiting = [];
    // What is not in the trash any more went back before.
    for (const entry of entries) if (await statOrNull(Buffer.from(path.join(folder, entry.name)))) waiting.push(entry);
    const taken = [];
    for (const entry of waiting) if (await isTaken(tree, entry.path)) taken.push(entry.path);
    if (taken.length > 0) throw restoreCollision(taken);
    await this.#putBack(tree, folder, waiting);
    await rows.delete(row.id);
    await rm(folder, { recursive: true, force: true });
    return entries.map((entry) => entry.path);
  }

  /** Everything that was deleted in a project, for good. */
  async empty(caller: Caller, project: ProjectRow): Promise<void> {
    const { database, quota } = this.#deps;
    for await (const row of eachRow(this.#rows(caller), { projectId: project.id })) await purgeDeletion(database.for(caller), quota, row);
  }

  async #putBack(tree: ProjectTree, folder: string, entries: readonly { readonly name: string; readonly path: ProjectPath }[]): Promise<void> {
    for (const entry of entries) {
      const name = Buffer.from(entry.name);
      const source: Place = { folder: Buffer.from(folder), entry: Buffer.from(path.join(folder, entry.name)), name, path: entry.path };
      if (!(await statOrNull(source.entry))) continue;
      await makeParents(tree, entry.path);
      await tree.at(entry.path, (target) => moveWithoutReplacing(source, target));
    }
  }

  #rows(caller: Caller): IRepository<TrashEntryRow> {
    return this.#deps.database.for(caller).repository(trashEntryEntity);
  }
}

/** The one path of each, without those that lie in another of them. */
async function placesOf(tree: ProjectTree, paths: readonly ProjectPath[]): Promise<readonly ProjectPath[]> {
  const found = new Set<ProjectPath>();
  for (const at of paths) {
    found.add(
      await tree.at(at, async (place) => {
        await statAt(place);
        return place.path;
      }),
    );
  }
  return [...found].filter((one) => !ancestorsOf(one).some((above) => found.has(above)));
}

function ancestorsOf(at: ProjectPath): readonly ProjectPath[] {
  const segments = at.split("/");
  return segments.slice(1).map((_segment, index) => segments.slice(0, index + 1).join("/"));
}

async function toTrash(place: Place, target: string): Promise<void> {
  await renameOurs(place.entry, target);
  await syncFolder(place.folder);
}

async function isTaken(tree: ProjectTree, at: ProjectPath): Promise<boolean> {
  try {
    return await tree.at(at, async (place) => (await statOrNull(place.entry)) !== null);
  } catch (error) {
    // Its folder is gone: then it is made again. Anything else that is in its place is in the way.
    if (!isGone(error)) throw error;
    return isFileAbove(tree, at);
  }
}

async function isFileAbove(tree: ProjectTree, at: ProjectPath): Promise<boolean> {
  for (const above of ancestorsOf(at)) {
    const stats = await tree.at(above, (place) => statOrNull(place.entry)).catch(() => null);
    if (stats && !stats.isDirectory()) return true;
  }
  return false;
}

async function makeParents(tree: ProjectTree, at: ProjectPath): Promise<void> {
  for (const above of ancestorsOf(at)) {
    await tree.at(above, async (place) => {
      if (await statOrNull(place.entry)) return;
      await mkdir(place.entry);
      await ownLike(place.entry, await stat(place.folder, { bigint: true }));
    });
  }
}

function trashEntryOf({ id, entries, fileCount, sizeBytes, deletedBy, deletedAt }: Stored<TrashEntryRow>): TrashEntry {
  return { id, paths: entries.map((entry) => textOfStored(entry.path)), fileCount, sizeBytes, deletedBy, deletedAt };
}
