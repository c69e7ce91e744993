import {
  changeSetDiscardedEvent, MAX_COMMENTS, MAX_HUNKS, type AddCommentInput, type ChangeFile, type ChangeFiles, type ChangeSetId, type ChangeSetInput, type ChangeSetState, type ChangeSetSummary, type Comment,
  type CommentInput, type DecideChangesInput, type EditProposalInput, type Hunk,
} from "@coder/api/execution";
import type { Stored } from "@coder/db";
import { actorOf, type Caller, type Done } from "@coder/shared";
import { newId } from "@coder/shared/server";
import type { ChangeFileRow, ChangeSetRow } from "../../entities.ts";
import { binaryFile, changeFileNotFound, changeSetClosed, changeSetTooLarge, commentNotFound, hunkNotFound, notEditable, tooManyComments, versionConflict } from "../../errors.ts";
import { carryDecisions } from "../engine/carry-decisions.ts";
import { decided, hunksOf } from "../engine/hunks.ts";
import { isPlainText } from "../engine/lines.ts";
import type { FileReader } from "../FileReader.ts";
import type { ProjectAccess } from "../ProjectAccess.ts";
import { changeFileOf, commentOf, summaryOf } from "../store/change-set-of.ts";
import type { ChangeRows } from "../store/ChangeRows.ts";
import type { IChangeTexts } from "../store/ChangeTexts.ts";
import { countsOf } from "../store/counts-of.ts";

export interface ReviewDeps {
  readonly rows: ChangeRows;
  readonly texts: IChangeTexts;
  readonly reader: FileReader;
  readonly access: ProjectAccess;
}

type Target = DecideChangesInput["targets"][number];

const CLOSED: ReadonlySet<ChangeSetState> = new Set(["applying", "applied", "discarded"]);

/** Decisions, edits and comments. Each write is good for the version of the file that its author saw, so nobody's decision is written over unseen. */
export class Review {
  readonly #deps: ReviewDeps;

  constructor(deps: ReviewDeps) {
    this.#deps = deps;
  }

  async decide(caller: Caller, { id, decision, targets }: DecideChangesInput): Promise<ChangeFiles> {
    await this.#open(caller, id);
    const files = await this.#targets(caller, id, targets);
    const changes = files.map(({ file, target }) => ({ file, version: target.version, hunks: decidedHunks(file, target, decision) }));
    await this.#begin(caller, id);
    const written: Stored<ChangeFileRow>[] = [];
    try {
      for (const { file, version, hunks } of changes) written.push(await this.#write(caller, file, version, { hunks: [...hunks] }));
    } finally {
      await this.#count(caller, id);
    }
    return { files: written.map(changeFileOf) };
  }

  async edit(caller: Caller, { id, fileId, version, content }: EditProposalInput): Promise<ChangeFile> {
    const { rows, reader, texts } = this.#deps;
    await this.#open(caller, id);
    const file = await rows.files(caller).get(fileId);
    if (file?.changeSetId !== id) throw changeFileNotFound();
    if (file.kind === "delete") throw notEditable(file.path);
    if (!isPlainText(content)) throw binaryFile(file.path);
    if (file.etag !== version) throw versionConflict();
    const { base, proposal } = await reader.texts(file);
    const next = hunksOf({ ...file, base, proposal: content });
    if (next.hunks.length > MAX_HUNKS) throw changeSetTooLarge("hunks", MAX_HUNKS);
    const hunks = carryDecisions({ proposal: proposal ?? "", hunks: file.hunks }, { proposal: content, hunks: next.hunks });
    const place = { organizationId: file.organizationId, projectId: file.projectId, id };
    const proposalHash = await texts.put(place, Buffer.from(content));
    await this.#begin(caller, id);
    try {
      const written = await this.#write(caller, file, version, { ...next, proposalHash, hunks: [...hunks], edited: true });
      const isUsed = (field: "baseHash" | "proposalHash") => rows.files(caller).count({ changeSetId: id, [field]: file.proposalHash });
      if (file.proposalHash !== null && (await isUsed("proposalHash")) + (await isUsed("baseHash")) === 0) await texts.drop(place, file.proposalHash);
      return changeFileOf(written);
    } finally {
      await this.#count(caller, id);
    }
  }

  async comment(caller: Caller, { id, fileId, side, line, text }: AddCommentInput): Promise<Comment> {
    const { rows } = this.#deps;
    const row = await rows.require(caller, id);
    await this.#deps.access.open(caller, row.projectId);
    const file = await rows.files(caller).get(fileId);
    if (file?.changeSetId !== id) throw changeFileNotFound();
    if ((await rows.comments(caller).count({ changeSetId: id })) >= MAX_COMMENTS) throw tooManyComments(MAX_COMMENTS);
    const { organizationId, projectId } = row;
    const comment = await rows.comments(caller).insert({
      id: newId(), organizationId, projectId, changeSetId: id, fileId, side, line, text, createdBy: actorOf(caller), createdAt: rows.now(),
    });
    await rows.change(caller, id, () => ({}));
    return commentOf(comment);
  }

  async uncomment(caller: Caller, { id, commentId }: CommentInput): Promise<Done> {
    const { rows } = this.#deps;
    await rows.require(caller, id);
    const comment = await rows.comments(caller).get(commentId);
    if (comment?.changeSetId !== id || comment.createdBy !== actorOf(caller)) throw commentNotFound();
    await rows.comments(caller).delete(commentId);
    await rows.change(caller, id, () => ({}));
    return {};
  }

  async discard(caller: Caller, { id }: ChangeSetInput): Promise<ChangeSetSummary> {
    const { rows } = this.#deps;
    const row = await rows.require(caller, id);
    if (row.state === "discarded") return summaryOf(row);
    const { organizationId, projectId } = row;
    const written = await rows.change(
      caller,
      id,
      ({ state }) => {
        if (state === "applying" || state === "applied") throw changeSetClosed(state);
        return { state: "discarded" };
      },
      { emit: [changeSetDiscardedEvent.with({ organizationId, projectId, changeSetId: id })] },
    );
    return summaryOf(written ?? row);
  }

  async #open(caller: Caller, id: ChangeSetId): Promise<void> {
    const row = await this.#deps.rows.require(caller, id);
    if (CLOSED.has(row.state)) throw changeSetClosed(row.state);
    await this.#deps.access.open(caller, row.projectId);
  }

  /** From here on whoever wants to apply what they saw before is told that something is different. */
  async #begin(caller: Caller, id: ChangeSetId): Promise<void> {
    await this.#deps.rows.change(caller, id, ({ state, revision }: ChangeSetRow) => {
      if (CLOSED.has(state)) throw changeSetClosed(state);
      return { revision: revision + 1 };
    });
  }

  async #count(caller: Caller, id: ChangeSetId): Promise<void> {
    const { rows } = this.#deps;
    for (;;) {
      const { revision } = await rows.require(caller, id);
      const counts = countsOf(await rows.filesOf(caller, id));
      // Another decision meanwhile: its own count or this one comes later. Whoever read files in the middle of it has read a version that is over.
      if (await rows.change(caller, id, (row) => (row.revision === revision ? { ...counts, revision: revision + 1 } : null))) return;
    }
  }

  async #targets(caller: Caller, id: ChangeSetId, targets: readonly Target[]): Promise<readonly { readonly file: Stored<ChangeFileRow>; readonly target: Target }[]> {
    const [first] = targets;
    // One file is the rule: a key was pressed on a hunk.
    const only = targets.length === 1 && first ? await this.#deps.rows.files(caller).get(first.fileId) : null;
    const files = targets.length === 1 ? (only?.changeSetId === id ? [only] : []) : await this.#deps.rows.filesOf(caller, id);
    const byId = new Map(files.map((file) => [file.id, file]));
    return targets.map((target) => {
      const file = byId.get(target.fileId);
      if (!file) throw changeFileNotFound();
      if (file.etag !== target.version) throw versionConflict();
      return { file, target };
    });
  }

  #write(caller: Caller, file: ChangeFileRow, version: string, changes: Partial<Omit<ChangeFileRow, "id">>): Promise<Stored<ChangeFileRow>> {
    return this.#deps.rows.files(caller).update(file.id, changes, { etag: version });
  }
}

function decidedHunks(file: ChangeFileRow, { hunks }: Target, decision: DecideChangesInput["decision"]): readonly Hunk[] {
  if (!hunks) return file.hunks.map((hunk) => decided(hunk, decision));
  const wanted = new Map(hunks.map(({ id, lines }) => [id, lines]));
  const known = new Set(file.hunks.map(({ id }) => id));
  if (hunks.some(({ id }) => !known.has(id))) throw hunkNotFound(file.path);
  return file.hunks.map((hunk) => (wanted.has(hunk.id) ? decided(hunk, decision, wanted.get(hunk.id)) : hunk));
}
