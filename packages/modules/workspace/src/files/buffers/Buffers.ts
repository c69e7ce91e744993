import { createHash } from "node:crypto";
import {
  MAX_BUFFER_CHARS, MAX_BUFFERS, type BufferChange, type DiscardBufferInput, type ListBuffersInput, type SaveBufferInput, type SavedBuffer, type UnsavedText, type UnsavedTexts,
} from "@coder/api/workspace";
import { eachRow, unlessConflict, unlessExists, type IDatabase, type IRepository, type Stored } from "@coder/db";
import { personOf, type Caller, type Done, type UserCaller } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { storedText, textOfStored } from "@coder/work-tree";
import { bufferEntity, bufferStepEntity, type BufferRow, type BufferStepRow } from "../../entities.ts";
import type { ProjectAccess } from "../../projects/ProjectAccess.ts";
import { bufferOutOfStep, bufferTooLarge, tooManyBuffers } from "./errors.ts";
import { changedText, changeOfStored, storedChange } from "./text-changes.ts";

export interface BuffersDeps {
  readonly access: ProjectAccess;
  readonly database: IDatabase;
  readonly now: () => Date;
}

/** After so many steps, or one so large, the whole text is written again and the steps before it go. */
const STEPS_PER_TEXT = 200;
const LARGE_STEP_CHARS = 65_536;
/** Each time that this one loses, another page of the same person has won: as many as one has open. */
const RETRIES = 50;
const MAX_LISTED_CHARS = 16 * 1024 * 1024;

/**
 * Unsaved text, written step by step: what somebody types is in the database before the next key or soon after. The buffer's row says which step is the newest, and who
 * moves it on has the right to write that step; so two pages of one person cannot mix their edits.
 */
export class Buffers {
  readonly #deps: BuffersDeps;

  constructor(deps: BuffersDeps) {
    this.#deps = deps;
  }

  async save(caller: Caller, { projectId, path, baseHash, revision, change }: SaveBufferInput): Promise<SavedBuffer> {
    const person = personOf(caller);
    const project = await this.#deps.access.requireProject(caller, projectId);
    const id = idOf(projectId, person, path);
    const facts = { baseHash, updatedAt: this.#deps.now().toISOString() };
    if ("text" in change) {
      const row = { id, organizationId: project.organizationId, projectId, userId: person.userId, path: storedText(path), ...facts };
      return { revision: await this.#saveText(caller, row, change) };
    }
    const moved = await unlessConflict(this.#rows(caller).update(id, { ...facts, revision: revision + 1 }, { where: { revision } }));
    if (!moved) throw bufferOutOfStep((await this.#rows(caller).get(id))?.revision ?? 0);
    const stored = storedChange(change);
    await this.#addStep(caller, moved, stored);
    if (moved.revision - moved.textRevision >= STEPS_PER_TEXT || stored.length > LARGE_STEP_CHARS) await this.#gather(caller, moved);
    return { revision: moved.revision };
  }

  async list(caller: Caller, { projectId }: ListBuffersInput): Promise<UnsavedTexts> {
    const person = personOf(caller);
    await this.#deps.access.requireProject(caller, projectId);
    const items: UnsavedText[] = [];
    let chars = 0;
    for await (const row of eachRow(this.#rows(caller), { projectId, userId: person.userId })) {
      const { text, revision } = await this.#textOf(caller, row);
      if (text === null) continue;
      chars += text.length;
      if (chars > MAX_LISTED_CHARS) return { items: inOrder(items), limited: true };
      items.push({ path: textOfStored(row.path), text, baseHash: row.baseHash, revision });
    }
    return { items: inOrder(items), limited: false };
  }

  async discard(caller: Caller, { projectId, path }: DiscardBufferInput): Promise<Done> {
    const person = personOf(caller);
    await this.#deps.access.requireProject(caller, projectId);
    const id = idOf(projectId, person, path);
    await this.#rows(caller).delete(id);
    await this.#steps(caller).deleteMany({ bufferId: id });
    return {};
  }

  /** A whole text follows on anything: what was kept before is replaced. */
  async #saveText(caller: Caller, row: Omit<BufferRow, "revision" | "textRevision">, change: BufferChange): Promise<number> {
    const rows = this.#rows(caller);
    for (let attempt = 0; attempt < RETRIES; attempt += 1) {
      const before = await rows.get(row.id);
      const revision = (before?.revision ?? 0) + 1;
      const { baseHash, updatedAt } = row;
      const next = before
        ? await unlessConflict(rows.update(row.id, { baseHash, updatedAt, revision }, { where: { revision: before.revision } }))
        : await this.#begin(caller, { ...row, revision, textRevision: revision });
      if (!next) continue;
      await this.#addStep(caller, next, storedChange(change));
      await this.#forgetBefore(caller, next);
      return revision;
    }
    throw bufferOutOfStep((await rows.get(row.id))?.revision ?? 0);
  }

  async #begin(caller: Caller, row: BufferRow): Promise<Stored<BufferRow> | null> {
    const rows = this.#rows(caller);
    if ((await rows.count({ projectId: row.projectId, userId: row.userId })) >= MAX_BUFFERS) throw tooManyBuffers(MAX_BUFFERS);
    // What a discarded buffer of this file has left behind.
    await this.#steps(caller).deleteMany({ bufferId: row.id });
    return unlessExists(rows.insert(row));
  }

  async #addStep(caller: Caller, { id, organizationId, revision }: BufferRow, change: string): Promise<void> {
    await this.#steps(caller).insert({ id: newId(), organizationId, bufferId: id, revision, change });
  }

  /** Writes the whole text into the newest step. */
  async #gather(caller: Caller, row: Stored<BufferRow>): Promise<void> {
    const { text, revision, stepId } = await this.#textOf(caller, row);
    if (text === null || stepId === null || revision !== row.revision) return;
    if (text.length > MAX_BUFFER_CHARS) throw bufferTooLarge(MAX_BUFFER_CHARS);
    await this.#steps(caller).update(stepId, { change: storedChange({ text }) });
    await this.#forgetBefore(caller, row);
  }

  /** The newest step of this row holds the whole text, so those before it are not needed. */
  async #forgetBefore(caller: Caller, { id, revision }: BufferRow): Promise<void> {
    await unlessConflict(this.#rows(caller).update(id, { textRevision: revision }, { where: { textRevision: { lt: revision } } }));
    await this.#steps(caller).deleteMany({ bufferId: id, revision: { lt: revision } });
  }

  /** What the steps make together, up to one that a crash has kept from being written. Null when not even the text is there. */
  async #textOf(caller: Caller, row: BufferRow): Promise<{ readonly text: string | null; readonly revision: number; readonly stepId: string | null }> {
    const filter = { bufferId: row.id, revision: { gte: row.textRevision } };
    let made: { readonly text: string | null; readonly revision: number; readonly stepId: string | null } = { text: null, revision: row.textRevision - 1, stepId: null };
    for await (const step of eachRow(this.#steps(caller), filter, { sort: { field: "revision", direction: "asc" } })) {
      const change = changeOfStored(step.change);
      const isNext = step.revision === made.revision + 1 && made.text !== null;
      if ("text" in change) made = { text: change.text, revision: step.revision, stepId: step.id };
      else if (isNext && made.text !== null) made = { text: changedText(made.text, change), revision: step.revision, stepId: step.id };
      else break;
    }
    return made;
  }

  #rows(caller: Caller): IRepository<BufferRow> {
    return this.#deps.database.for(caller).repository(bufferEntity);
  }

  #steps(caller: Caller): IRepository<BufferStepRow> {
    return this.#deps.database.for(caller).repository(bufferStepEntity);
  }
}

function inOrder(items: UnsavedText[]): UnsavedText[] {
  return items.sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** The same for the same person, project and file: a UUID of version 8, made from their hash. */
function idOf(projectId: string, { userId }: UserCaller, path: string): string {
  const bytes = createHash("sha256").update(`${projectId}\0${userId}\0`.toLowerCase()).update(Buffer.from(path, "utf16le")).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
