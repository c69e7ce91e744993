import type { ConversationId, Message, MessageId } from "@coder/api/ai-service";
import type { ProjectId } from "@coder/api/workspace";
import type { Caller } from "@coder/shared";
import type { AnswerWriter } from "./AnswerWriter.ts";
import type { StoredMessage } from "./ConversationStore.ts";

/** What is to be answered, for whom, and where the answer goes. */
export interface AnswerTask {
  readonly caller: Caller;
  readonly projectId: ProjectId;
  readonly conversationId: ConversationId;
  readonly answerId: MessageId;
  /** The branch up to the message that is answered. */
  readonly history: readonly StoredMessage[];
  readonly writer: AnswerWriter;
  readonly signal: AbortSignal;
}

export interface IAnswerer {
  /** Writes the whole answer. Throws what is told as the answer's problem. */
  answer(task: AnswerTask): Promise<void>;
}

export type EndState = Message["state"];
