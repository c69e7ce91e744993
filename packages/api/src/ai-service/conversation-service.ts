import type { Caller, Done, LiveItem } from "@coder/shared";
import type {
  Conversation, ConversationDetails, ConversationEvent, ConversationInput, ConversationPage, ListConversationsInput, MessageInput, RenameConversationInput, SendMessageInput, SentMessage,
  WatchConversationInput,
} from "./conversation-schemas.ts";

/** Everybody has conversations of their own: `conversation_not_found` (404) for somebody else's too. */
export interface IConversations {
  listConversations(caller: Caller, input: ListConversationsInput): Promise<ConversationPage>;
  getConversation(caller: Caller, input: ConversationInput): Promise<ConversationDetails>;
  renameConversation(caller: Caller, input: RenameConversationInput): Promise<Conversation>;
  /** Stops what is being written in it. Returns it as it was. */
  deleteConversation(caller: Caller, input: ConversationInput): Promise<Conversation>;
  /** Answers at once; the answer is written meanwhile. `answer_running` (409) while one is; `budget_exhausted` and failures of models are told in the answer. */
  sendMessage(caller: Caller, input: SendMessageInput): Promise<SentMessage>;
  /** Another answer to the same message, beside the one given. `answer_running` (409). */
  retryMessage(caller: Caller, input: MessageInput): Promise<SentMessage>;
  /** Repeating it is harmless. */
  stopMessage(caller: Caller, input: MessageInput): Promise<Done>;
  /** Shows the branch in which the message stands. */
  showBranch(caller: Caller, input: MessageInput): Promise<ConversationDetails>;
  /** Until the signal aborts, or the conversation is deleted. */
  watchConversation(caller: Caller, input: WatchConversationInput, signal: AbortSignal): AsyncIterable<LiveItem<ConversationEvent>>;
}
