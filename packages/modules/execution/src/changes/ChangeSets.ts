import type {
  BaseStates, ChangeFileInput, ChangeFileTexts, ChangeSet, ChangeSetInput, ChangeSetNotice, ChangeSetPage, CreateChangeSetInput, GetChangeSetInput, ListChangeSetsInput, WatchChangeSetsInput,
} from "@coder/api/execution";
import type { Filter, Stored } from "@coder/db";
import type { Caller, LiveItem } from "@coder/shared";
import type { ChangeFileRow, ChangeSetRow } from "../entities.ts";
import { changeFileNotFound } from "../errors.ts";
import { waitUntil } from "../wait-until.ts";
import type { ChangeSetFeeds } from "./ChangeSetFeeds.ts";
import type { ChangeSetMaker } from "./ChangeSetMaker.ts";
import { acceptedFile } from "./engine/accepted-file.ts";
import type { FileReader } from "./FileReader.ts";
import type { ProjectAccess } from "./ProjectAccess.ts";
import { changeFileOf, changeSetOf, summaryOf } from "./store/change-set-of.ts";
import type { ChangeRows } from "./store/ChangeRows.ts";

export interface ChangeSetsDeps {
  readonly rows: ChangeRows;
  readonly maker: ChangeSetMaker;
  readonly reader: FileReader;
  readonly access: ProjectAccess;
  readonly feeds: ChangeSetFeeds;
}

/** Change sets for the people who look at them. */
export class ChangeSets {
  readonly #deps: ChangeSetsDeps;

  constructor(deps: ChangeSetsDeps) {
    this.#deps = deps;
  }

  async create(caller: Caller, input: CreateChangeSetInput): Promise<ChangeSet> {
    return this.#whole(caller, await this.#deps.maker.make(caller, input));
  }

  async list(caller: Caller, { projectId, state, states, limit, cursor }: ListChangeSetsInput): Promise<ChangeSetPage> {
    await this.#deps.access.open(caller, projectId);
    const filter: Filter<ChangeSetRow> = { projectId, state: state ?? (states ? { in: states } : { ne: "discarded" }) };
    const page = await this.#deps.rows.sets(caller).query(filter, { limit, cursor, sort: { field: "createdAt", direction: "desc" } });
    return { items: page.items.map(summaryOf), nextCursor: page.nextCursor };
  }

  async get(caller: Caller, { id, waitMs }: GetChangeSetInput, signal: AbortSignal): Promise<ChangeSet> {
    const { rows, access } = this.#deps;
    const { projectId } = await rows.require(caller, id);
    await access.open(caller, projectId);
    return this.#whole(caller, await waitUntil(() => rows.require(caller, id), ({ state }) => state !== "validating" && state !== "applying", waitMs, signal));
  }

  async file(caller: Caller, { id, fileId }: ChangeFileInput): Promise<ChangeFileTexts> {
    const row = await this.#deps.rows.require(caller, id);
    await this.#deps.access.open(caller, row.projectId);
    const file = await this.#deps.rows.files(caller).get(fileId);
    if (file?.changeSetId !== id) throw changeFileNotFound();
    const { base, proposal } = await this.#deps.reader.texts(file);
    return { file: changeFileOf(file), original: base, proposal, accepted: acceptedFile({ ...file, base, proposal }).text };
  }

  async bases(caller: Caller, { id }: ChangeSetInput): Promise<BaseStates> {
    const row = await this.#deps.rows.require(caller, id);
    const project = await this.#deps.access.open(caller, row.projectId);
    const items: BaseStates["items"] = [];
    for (const file of await this.#deps.rows.filesOf(caller, id)) items.push(await this.#deps.reader.baseState(project, file));
    return { items };
  }

  async *watch(caller: Caller, { projectId, lastEventId }: WatchChangeSetsInput, signal: AbortSignal): AsyncGenerator<LiveItem<ChangeSetNotice>, void, undefined> {
    await this.#deps.access.open(caller, projectId);
    yield* this.#deps.feeds.follow(caller, projectId, lastEventId, signal);
  }

  async #whole(caller: Caller, row: Stored<ChangeSetRow>): Promise<ChangeSet> {
    const { rows } = this.#deps;
    const [files, comments]: [readonly Stored<ChangeFileRow>[], Awaited<ReturnType<ChangeRows["commentsOf"]>>] = await Promise.all([rows.filesOf(caller, row.id), rows.commentsOf(caller, row.id)]);
    return changeSetOf(row, files, comments);
  }
}
