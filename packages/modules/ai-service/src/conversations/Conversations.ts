import {
  type Conversation, type ConversationDetails, type ConversationEvent, type ConversationId, type ConversationInput, type ConversationPage, type IConversations, type ListConversationsInput, type Message,
  type MessageId, MessageIdSchema, type MessageInput, type RenameConversationInput, type SendMessageInput, type SentMessage, type WatchConversationInput,
} from "@coder/api/ai-service";
import type { Stored } from "@coder/db";
import { isAppError, organizationOf, personOf, type Caller, type Done, type LiveItem } from "@coder/shared";
import { LiveFeed, newId } from "@coder/shared/server";
import type { ILogger } from "@coder/shared/trpc";
import type { ConversationRow, MessageRow } from "../entities.ts";
import { answerCut, answerRunning, answerUnforeseen, conversationNotFound, messageNotFound } from "../errors.ts";
import type { WorkspaceClient } from "../tools/ProjectFiles.ts";
import type { IAnswerer } from "./answerer.ts";
import { AnswerWriter } from "./AnswerWriter.ts";
import { Branches } from "./branches.ts";
import { type ConversationStore, conversationOf, messageOf } from "./ConversationStore.ts";

const ALIVE_MS = 15_000;
/** How often a reader looks whether another process has written. */
const LOOK_MS = 1_500;
const MOVE_TRIES = 10;
const FEED = { maxEvents: 5_000, maxBytes: 8 * 1024 ** 2 };

export interface ConversationsDeps {
  readonly store: ConversationStore;
  readonly workspace: WorkspaceClient;
  /** Whoever answers this text: a model, or the commands that are built in. */
  readonly answererFor: (text: string) => { readonly answerer: IAnswerer; readonly model: string };
  readonly now: () => Date;
  readonly log: ILogger;
}

interface Told {
  readonly conversationId: ConversationId;
  readonly event: ConversationEvent;
}

interface Running {
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/** Conversations and their answers. An answer is written on in the process that was asked, whoever looks; one at a time in each conversation. */
export class Conversations implements IConversations {
  readonly #deps: ConversationsDeps;
  readonly #feed = new LiveFeed<Told>(FEED);
  readonly #running = new Map<ConversationId, Running>();
  /** By who sends what. */
  readonly #sending = new Map<string, Promise<SentMessage>>();

  constructor(deps: ConversationsDeps) {
    this.#deps = deps;
  }

  async listConversations(caller: Caller, input: ListConversationsInput): Promise<ConversationPage> {
    await this.#deps.workspace(caller).getProject({ id: input.projectId });
    return this.#deps.store.list(caller, input);
  }

  async getConversation(caller: Caller, { id }: ConversationInput): Promise<ConversationDetails> {
    return this.#details(caller, await this.#deps.store.get(caller, id));
  }

  async renameConversation(caller: Caller, { id, title }: RenameConversationInput): Promise<Conversation> {
    const row = await this.#deps.store.rename(caller, id, title);
    this.#tell(id, { kind: "conversation" });
    return conversationOf(row);
  }

  async deleteConversation(caller: Caller, { id }: ConversationInput): Promise<Conversation> {
    const row = await this.#deps.store.get(caller, id);
    const running = this.#running.get(id);
    running?.stop.abort();
    await running?.done;
    await this.#deps.store.delete(caller, id);
    this.#tell(id, { kind: "conversation" });
    return conversationOf(row);
  }

  sendMessage(caller: Caller, input: SendMessageInput): Promise<SentMessage> {
    // Sent again while the first one is still being taken in.
    const what = JSON.stringify([organizationOf(caller), personOf(caller).userId, input]);
    const sent = this.#sending.get(what) ?? this.#send(caller, input).finally(() => this.#sending.delete(what));
    this.#sending.set(what, sent);
    return sent;
  }

  async #send(caller: Caller, { projectId, conversationId, parentId, text, context, key }: SendMessageInput): Promise<SentMessage> {
    const { store } = this.#deps;
    await this.#deps.workspace(caller).getProject({ id: projectId });
    const messageId = MessageIdSchema.parse(key);
    const sent = await this.#sentBefore(caller, messageId, text);
    if (sent) return sent;
    const conversation = conversationId === undefined ? await store.begin(caller, projectId, text) : await store.get(caller, conversationId);
    if (conversation.projectId !== projectId) throw conversationNotFound();
    const branches = new Branches(await store.rows(caller, conversation.id));
    refuseWhileRunning(branches, conversation);
    const parent = parentId === undefined ? conversation.headId : parentId;
    if (parent !== null && branches.get(parent)?.role !== "assistant") throw messageNotFound();
    const question = this.#row(caller, conversation, { id: messageId, parentId: parent, role: "user", state: "complete", context, model: null });
    if (!(await store.insertMessage(caller, question))) throw messageNotFound();
    await store.addPieces(caller, question, 0, [{ kind: "text", text }]);
    return this.#answer(caller, conversation, messageId, text, [messageId]);
  }

  async retryMessage(caller: Caller, { conversationId, messageId }: MessageInput): Promise<SentMessage> {
    const { store } = this.#deps;
    const conversation = await store.get(caller, conversationId);
    const branches = new Branches(await store.rows(caller, conversationId));
    refuseWhileRunning(branches, conversation);
    const at = branches.get(messageId);
    const question = at?.role === "assistant" ? branches.get(at.parentId) : at;
    if (!question) throw messageNotFound();
    return this.#answer(caller, conversation, question.id, "", []);
  }

  async stopMessage(caller: Caller, { conversationId, messageId }: MessageInput): Promise<Done> {
    const { state } = await this.#message(caller, conversationId, messageId);
    if (state !== "running") return {};
    const running = this.#running.get(conversationId);
    await this.#deps.store.updateMessage(caller, messageId, { stopped: true });
    running?.stop.abort();
    await running?.done;
    return {};
  }

  async showBranch(caller: Caller, { conversationId, messageId }: MessageInput): Promise<ConversationDetails> {
    const { store } = this.#deps;
    const conversation = await store.get(caller, conversationId);
    const branches = new Branches(await store.rows(caller, conversationId));
    if (!branches.get(messageId)) throw messageNotFound();
    refuseWhileRunning(branches, conversation);
    const moved = await this.#moveHead(caller, conversation, branches.leafBelow(messageId));
    this.#tell(conversationId, { kind: "conversation" });
    return this.#details(caller, moved ?? (await store.get(caller, conversationId)));
  }

  async *watchConversation(caller: Caller, { id, lastEventId }: WatchConversationInput, signal: AbortSignal): AsyncGenerator<LiveItem<ConversationEvent>> {
    let known = (await this.#deps.store.get(caller, id)).etag;
    const gone = new AbortController();
    // An answer whose process was killed says nothing when its time is over.
    let unfinished = true;
    // Whoever watches may have read of an answer whose time is over by the first look: then that tells of its end.
    let isAnswered = false;
    const read = async (): Promise<void> => {
      const { store } = this.#deps;
      const { etag } = await store.get(caller, id);
      const changed = etag !== known;
      known = etag;
      if (!changed && !unfinished) return;
      unfinished = (await store.rows(caller, id)).some(({ state }) => state === "running");
      const ended = !isAnswered && !unfinished;
      isAnswered = !unfinished;
      if (changed || ended) this.#tell(id, { kind: "conversation" });
    };
    const look = setInterval(() => {
      if (this.#running.has(id)) return;
      // Any other fault may be over at the next look.
      void read().catch((error: unknown) => isAppError(error) && error.code === "conversation_not_found" && gone.abort());
    }, LOOK_MS);
    try {
      for await (const item of this.#feed.subscribe(lastEventId, AbortSignal.any([signal, gone.signal]), ({ conversationId }) => conversationId === id)) {
        yield "gap" in item ? item : { id: item.id, event: item.event.event };
      }
    } finally {
      clearInterval(look);
    }
  }

  /** Ends all answers of this process; they count as cut off. */
  async stop(): Promise<void> {
    const running = [...this.#running.values()];
    for (const { stop } of running) stop.abort(answerCut());
    await Promise.all(running.map(({ done }) => done));
  }

  async #answer(caller: Caller, conversation: Stored<ConversationRow>, questionId: MessageId, text: string, added: readonly MessageId[]): Promise<SentMessage> {
    const { store } = this.#deps;
    const [asked] = await store.withParts(caller, (await store.rows(caller, conversation.id)).filter(({ id }) => id === questionId));
    const { answerer, model } = this.#deps.answererFor(asked ? asked.parts.map((part) => (part.kind === "text" ? part.text : "")).join("") : text);
    const answerId = newId(MessageIdSchema);
    const row = await store.insertMessage(caller, this.#row(caller, conversation, { id: answerId, parentId: questionId, role: "assistant", state: "running", context: [], model }));
    const moved = row ? await this.#moveHead(caller, conversation, answerId, text) : null;
    if (!row || !moved) {
      // Another message of the same conversation was faster.
      for (const id of [answerId, ...added]) await store.removeMessage(caller, id);
      throw answerRunning();
    }
    await this.#start(caller, moved, row, answerer);
    return { conversationId: conversation.id, messageId: questionId, answerId };
  }

  /** Null where another message was faster. A write that left the branch as it was, such as a new name or the end of an answer, stands in nobody's way. */
  async #moveHead(caller: Caller, conversation: Stored<ConversationRow>, headId: MessageId, text = ""): Promise<Stored<ConversationRow> | null> {
    const { store } = this.#deps;
    let at = conversation;
    for (let tries = 0; tries < MOVE_TRIES && at.headId === conversation.headId; tries += 1) {
      const moved = await store.moveHead(caller, at, headId, text);
      if (moved) return moved;
      at = await store.get(caller, conversation.id);
    }
    return null;
  }

  async #start(caller: Caller, conversation: Stored<ConversationRow>, row: Stored<MessageRow>, answerer: IAnswerer): Promise<void> {
    const { store, now, log } = this.#deps;
    const branches = new Branches(await store.rows(caller, conversation.id));
    const history = await store.withParts(caller, branches.pathTo(row.parentId));
    const stop = new AbortController();
    const writer = new AnswerWriter({
      store, caller, row, now, siblings: branches.siblingsOf(row).map(({ id }) => id),
      tell: (event) => this.#tell(conversation.id, event),
      onStop: () => stop.abort(),
    });
    const work = async (): Promise<void> => {
      try {
        await answerer.answer({ caller, projectId: conversation.projectId, conversationId: conversation.id, answerId: row.id, history, writer, signal: stop.signal });
        await writer.end("complete");
      } catch (error) {
        const cut = stop.signal.aborted && isAppError(stop.signal.reason);
        if (stop.signal.aborted && !cut) return await writer.end("stopped");
        const problem = isAppError(error) ? error : answerUnforeseen(error);
        if (problem.code === "answer_unforeseen") log.error({ err: error, conversationId: conversation.id }, "An answer failed");
        await writer.end(cut || writer.parts.some(({ kind }) => kind === "text") ? "incomplete" : "failed", cut ? answerCut() : problem);
      }
    };
    const done = work()
      .catch((error: unknown) => log.error({ err: error, conversationId: conversation.id }, "An answer could not be noted to its end"))
      // The next one may have begun: an answer has ended for its readers a moment before it has here.
      .finally(() => this.#running.get(conversation.id)?.stop === stop && this.#running.delete(conversation.id));
    this.#running.set(conversation.id, { stop, done });
    this.#tell(conversation.id, { kind: "conversation" });
  }

  async #details(caller: Caller, row: Stored<ConversationRow>): Promise<ConversationDetails> {
    const { store } = this.#deps;
    const rows = await store.rows(caller, row.id);
    const branches = new Branches(rows);
    const messages = (await store.withParts(caller, branches.pathTo(row.headId))).map((stored): Message => messageOf(stored, branches.siblingsOf(stored.row).map(({ id }) => id)));
    const usage = rows.reduce(
      (sum, { usage: own }) => (own ? { inputTokens: sum.inputTokens + own.inputTokens, outputTokens: sum.outputTokens + own.outputTokens, costMicroUsd: sum.costMicroUsd + own.costMicroUsd } : sum),
      { inputTokens: 0, outputTokens: 0, costMicroUsd: 0 },
    );
    return { conversation: conversationOf(row), messages, usage };
  }

  /** A message that is sent again was sent once. One whose process ended before its answer began is answered now. */
  async #sentBefore(caller: Caller, messageId: MessageId, text: string): Promise<SentMessage | null> {
    const { store } = this.#deps;
    const row = await store.message(caller, messageId);
    if (!row) return null;
    const conversation = await store.get(caller, row.conversationId);
    const answer = new Branches(await store.rows(caller, row.conversationId)).childrenOf(messageId)[0];
    if (answer) return { conversationId: row.conversationId, messageId, answerId: answer.id };
    if (row.role !== "user") throw messageNotFound();
    const [question] = await store.withParts(caller, [row]);
    if (question?.parts.length === 0) await store.addPieces(caller, row, 0, [{ kind: "text", text }]);
    return this.#answer(caller, conversation, messageId, text, []);
  }

  async #message(caller: Caller, conversationId: ConversationId, messageId: MessageId): Promise<Stored<MessageRow>> {
    await this.#deps.store.get(caller, conversationId);
    const row = await this.#deps.store.message(caller, messageId);
    if (!row || row.conversationId !== conversationId) throw messageNotFound();
    return row;
  }

  #row(caller: Caller, { id }: ConversationRow, own: Pick<MessageRow, "id" | "parentId" | "role" | "state" | "context" | "model">): MessageRow {
    const now = this.#deps.now();
    return {
      organizationId: organizationOf(caller), conversationId: id, usage: null, problem: null, stopped: false, aliveUntil: new Date(now.getTime() + ALIVE_MS).toISOString(), createdAt: now.toISOString(), ...own,
    };
  }

  #tell(conversationId: ConversationId, event: ConversationEvent): void {
    this.#feed.publish({ conversationId, event });
  }
}

function refuseWhileRunning(branches: Branches<MessageRow>, { headId }: ConversationRow): void {
  if (branches.get(headId)?.state === "running") throw answerRunning();
}
