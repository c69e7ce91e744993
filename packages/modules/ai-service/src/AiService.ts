import type {
  Conversation, ConversationDetails, ConversationEvent, ConversationInput, ConversationPage, EgressPage, EndEgressInput, IAiService, ListConversationsInput, ListEgressInput, MessageInput, Models as ModelsView, NoteEgressInput, Probe,
  ProbeEndpointInput, RenameConversationInput, SendMessageInput, SentMessage, WatchConversationInput,
} from "@coder/api/ai-service";
import type { Caller, Done, LiveItem } from "@coder/shared";
import type { Conversations } from "./conversations/Conversations.ts";
import type { Models } from "./models/Models.ts";

export interface AiServiceDeps {
  readonly models: Models;
  readonly conversations: Conversations;
}

/** The one way to models, and the chat that stands on it. */
export class AiService implements IAiService {
  readonly #models: Models;
  readonly #conversations: Conversations;

  constructor({ models, conversations }: AiServiceDeps) {
    this.#models = models;
    this.#conversations = conversations;
  }

  getModels(caller: Caller): Promise<ModelsView> {
    return this.#models.getModels(caller);
  }

  probeEndpoint(caller: Caller, input: ProbeEndpointInput, signal: AbortSignal): Promise<Probe> {
    return this.#models.probeEndpoint(caller, input, signal);
  }

  listEgress(caller: Caller, input: ListEgressInput): Promise<EgressPage> {
    return this.#models.listEgress(caller, input);
  }

  noteEgress(caller: Caller, input: NoteEgressInput): Promise<Done> {
    return this.#models.noteEgress(caller, input);
  }

  endEgress(caller: Caller, input: EndEgressInput): Promise<Done> {
    return this.#models.endEgress(caller, input);
  }

  listConversations(caller: Caller, input: ListConversationsInput): Promise<ConversationPage> {
    return this.#conversations.listConversations(caller, input);
  }

  getConversation(caller: Caller, input: ConversationInput): Promise<ConversationDetails> {
    return this.#conversations.getConversation(caller, input);
  }

  renameConversation(caller: Caller, input: RenameConversationInput): Promise<Conversation> {
    return this.#conversations.renameConversation(caller, input);
  }

  deleteConversation(caller: Caller, input: ConversationInput): Promise<Conversation> {
    return this.#conversations.deleteConversation(caller, input);
  }

  sendMessage(caller: Caller, input: SendMessageInput): Promise<SentMessage> {
    return this.#conversations.sendMessage(caller, input);
  }

  retryMessage(caller: Caller, input: MessageInput): Promise<SentMessage> {
    return this.#conversations.retryMessage(caller, input);
  }

  stopMessage(caller: Caller, input: MessageInput): Promise<Done> {
    return this.#conversations.stopMessage(caller, input);
  }

  showBranch(caller: Caller, input: MessageInput): Promise<ConversationDetails> {
    return this.#conversations.showBranch(caller, input);
  }

  watchConversation(caller: Caller, input: WatchConversationInput, signal: AbortSignal): AsyncIterable<LiveItem<ConversationEvent>> {
    return this.#conversations.watchConversation(caller, input, signal);
  }
}
