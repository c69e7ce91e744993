import { type Conversation, type ConversationId, ConversationIdSchema, type ConversationPage, type ListConversationsInput, type Message, type MessageId, type Part } from "@coder/api/ai-service";
import type { ProjectId } from "@coder/api/workspace";
import { eachRow, unlessConflict, unlessExists, type IDatabase, type Stored } from "@coder/db";
import { organizationOf, personOf, type Caller } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { conversationEntity, messageEntity, messagePieceEntity, type ConversationRow, type MessageRow } from "../entities.ts";
import { answerCut, conversationNotFound } from "../errors.ts";
import { joinPieces } from "./parts.ts";

const MAX_WORDS = 20_000;
const TITLE_LENGTH = 80;

export interface ConversationStoreDeps {
  readonly database: IDatabase;
  readonly now: () => Date;
}

/** A message with what it says. */
export interface StoredMessage {
  readonly row: Stored<MessageRow>;
  readonly parts: readonly Part[];
}

/** The rows of conversations: of the person who asks alone. What messages say is only ever added to. */
export class ConversationStore {
  readonly #deps: ConversationStoreDeps;

  constructor(deps: ConversationStoreDeps) {
    this.#deps = deps;
  }

  async list(caller: Caller, { projectId, query, limit, cursor }: ListConversationsInput): Promise<ConversationPage> {
    const words = (query ?? "").toLowerCase().split(/\s+/).filter((word) => word !== "");
    const filter = { userId: personOf(caller).userId, projectId, ...(words.length === 0 ? {} : { words: { contains: words } }) };
    const page = await this.#conversations(caller).query(filter, { limit, cursor, sort: { field: "updatedAt", direction: "desc" } });
    return { items: page.items.map(conversationOf), nextCursor: page.nextCursor };
  }

  /** `conversation_not_found` for somebody else's too. */
  async get(caller: Caller, id: ConversationId): Promise<Stored<ConversationRow>> {
    const row = await this.#conversations(caller).get(id);
    if (!row || row.userId !== personOf(caller).userId) throw conversationNotFound();
    return row;
  }

  /** Named after its first words. */
  async begin(caller: Caller, projectId: ProjectId, text: string): Promise<Stored<ConversationRow>> {
    const now = this.#now();
    const title = titleOf(text);
    return this.#conversations(caller).insert({
      id: newId(ConversationIdSchema), organizationId: organizationOf(caller), projectId, userId: personOf(caller).userId, title, words: title.toLowerCase(), headId: null, createdAt: now, updatedAt: now,
    });
  }

  async rename(caller: Caller, id: ConversationId, title: string): Promise<Stored<ConversationRow>> {
    const row = await this.get(caller, id);
    return this.#conversations(caller).update(id, { title, words: `${title.toLowerCase()} ${row.words}`.slice(0, MAX_WORDS) });
  }

  async delete(caller: Caller, id: ConversationId): Promise<Stored<ConversationRow>> {
    const row = await this.get(caller, id);
    const scope = this.#deps.database.for(caller);
    await this.#conversations(caller).delete(id);
    await scope.repository(messagePieceEntity).deleteMany({ conversationId: id });
    await scope.repository(messageEntity).deleteMany({ conversationId: id });
    return row;
  }

  /** Everybody's about a project that is gone for good. */
  async forget(caller: Caller, projectId: ProjectId): Promise<void> {
    const scope = this.#deps.database.for(caller);
    for await (const { id } of eachRow(this.#conversations(caller), { projectId })) {
      await scope.repository(messagePieceEntity).deleteMany({ conversationId: id });
      await scope.repository(messageEntity).deleteMany({ conversationId: id });
      await this.#conversations(caller).delete(id);
    }
  }

  /** Null where somebody else's write came first. `text`: what the person said, to be found by. */
  moveHead(caller: Caller, row: Stored<ConversationRow>, headId: MessageId, text = ""): Promise<Stored<ConversationRow> | null> {
    const words = text === "" ? row.words : `${row.words} ${text.toLowerCase()}`.slice(0, MAX_WORDS);
    return unlessConflict(this.#conversations(caller).update(row.id, { headId, words, updatedAt: this.#now() }, { etag: row.etag }));
  }

  /** Tells whoever looks at it from another process that there is more. */
  async touch(caller: Caller, id: ConversationId): Promise<void> {
    await unlessConflict(this.#conversations(caller).update(id, { updatedAt: this.#now() }));
  }

  /** All messages, without what they say, oldest first. */
  async rows(caller: Caller, conversationId: ConversationId): Promise<Stored<MessageRow>[]> {
    const rows: Stored<MessageRow>[] = [];
    for await (const row of eachRow(this.#messages(caller), { conversationId })) rows.push(this.#settled(row));
    return rows;
  }

  async message(caller: Caller, id: MessageId): Promise<Stored<MessageRow> | null> {
    const row = await this.#messages(caller).get(id);
    return row ? this.#settled(row) : null;
  }

  /** What these messages say. */
  async withParts(caller: Caller, rows: readonly Stored<MessageRow>[]): Promise<StoredMessage[]> {
    const ids = rows.map(({ id }) => id);
    const pieces: { messageId: MessageId; ordinal: number; part: Part }[] = [];
    if (ids.length > 0) for await (const { messageId, ordinal, part } of eachRow(this.#deps.database.for(caller).repository(messagePieceEntity), { messageId: { in: ids } })) pieces.push({ messageId, ordinal, part });
    pieces.sort((left, right) => left.ordinal - right.ordinal);
    const byMessage = Map.groupBy(pieces, ({ messageId }) => messageId);
    return rows.map((row) => ({ row, parts: joinPieces((byMessage.get(row.id) ?? []).map(({ part }) => part)).map((part) => ended(part, row.state)) }));
  }

  /** Null where there is one of that id. */
  insertMessage(caller: Caller, row: MessageRow): Promise<Stored<MessageRow> | null> {
    return unlessExists(this.#messages(caller).insert(row));
  }

  updateMessage(caller: Caller, id: MessageId, changes: Partial<Omit<MessageRow, "id">>): Promise<Stored<MessageRow> | null> {
    return unlessConflict(this.#messages(caller).update(id, changes));
  }

  async removeMessage(caller: Caller, id: MessageId): Promise<void> {
    await this.#deps.database.for(caller).repository(messagePieceEntity).deleteMany({ messageId: id });
    await this.#messages(caller).delete(id);
  }

  async addPieces(caller: Caller, { id: messageId, conversationId }: Pick<MessageRow, "id" | "conversationId">, from: number, parts: readonly Part[]): Promise<void> {
    if (parts.length === 0) return;
    const organizationId = organizationOf(caller);
    await this.#deps.database.for(caller).repository(messagePieceEntity).insertMany(parts.map((part, index) => ({ id: newId(), organizationId, conversationId, messageId, ordinal: from + index, part })));
  }

  /** A message that nobody writes any more was cut off. */
  #settled(row: Stored<MessageRow>): Stored<MessageRow> {
    if (row.state !== "running" || row.aliveUntil > this.#now()) return row;
    const { code, message, remedy } = answerCut();
    return { ...row, state: "incomplete", problem: { code, message, remedy } };
  }

  #now(): string {
    return this.#deps.now().toISOString();
  }

  #conversations(caller: Caller) {
    return this.#deps.database.for(caller).repository(conversationEntity);
  }

  #messages(caller: Caller) {
    return this.#deps.database.for(caller).repository(messageEntity);
  }
}

export function conversationOf({ id, projectId, title, createdAt, updatedAt, etag }: Stored<ConversationRow>): Conversation {
  return { id, projectId, title, createdAt, updatedAt, version: etag };
}

export function messageOf({ row, parts }: StoredMessage, siblings: readonly MessageId[]): Message {
  const { id, conversationId, parentId, role, state, context, model, usage, problem, createdAt } = row;
  return { id, conversationId, parentId, role, state, parts: [...parts], context, model, usage, problem, siblings: [...siblings], createdAt };
}

/** A tool does not run on when its message is over. */
function ended(part: Part, state: MessageRow["state"]): Part {
  return part.kind === "tool" && part.state === "running" && state !== "running" ? { ...part, state: "failed", output: part.output ?? "It was cut off." } : part;
}

function titleOf(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  return line.length <= TITLE_LENGTH ? line : `${line.slice(0, TITLE_LENGTH - 1).trimEnd()}…`;
}
