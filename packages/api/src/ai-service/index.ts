export { ContextItemSchema, ConversationIdSchema, ConversationSchema, MAX_MESSAGE_LENGTH, MESSAGE_STATES, MessageIdSchema, MessageStateSchema, PartSchema, UsageSchema } from "./conversation-schemas.ts";
export type {
  ContextItem, Conversation, ConversationDetails, ConversationEvent, ConversationId, ConversationInput, ConversationPage, ListConversationsInput, Message, MessageId, MessageInput, Part,
  RenameConversationInput, SendMessageInput, SentMessage, ToolResult, Usage, WatchConversationInput,
} from "./conversation-schemas.ts";
export type { IConversations } from "./conversation-service.ts";
export { EgressSchema, ENDPOINT_KINDS, EndpointKindSchema, EndpointNameSchema, PROBE_CHECKS } from "./model-schemas.ts";
export type { Budget, Egress, EgressPage, EndEgressInput, Endpoint, EndpointKind, ListEgressInput, Model, ModelPrice, Models, NoteEgressInput, Probe, ProbeCheck, ProbeEndpointInput } from "./model-schemas.ts";
export type { IModels } from "./model-service.ts";
export { aiServicePermissions } from "./permissions.ts";
export type { IAiService } from "./service.ts";
