import { IsoTimeSchema, nameSchema, pageInput, pageOf, resumeInput } from "@coder/shared";
import { z } from "zod";
import { EntryPathSchema, ProjectIdSchema, ProjectProblemSchema } from "../workspace/index.ts";
import { MicroUsdSchema } from "./model-schemas.ts";

const CountSchema = z.int().min(0);
export const ConversationIdSchema = z.uuid().brand<"ConversationId">();
export type ConversationId = z.output<typeof ConversationIdSchema>;
export const MessageIdSchema = z.uuid().brand<"MessageId">();
export type MessageId = z.output<typeof MessageIdSchema>;

/** A file, or lines of it, that the person wants the model to look at. Lines from 1, both included. */
export const ContextItemSchema = z.object({ path: EntryPathSchema, startLine: z.int().min(1).nullable().default(null), endLine: z.int().min(1).nullable().default(null) });
export type ContextItem = z.output<typeof ContextItemSchema>;

/** What a tool did that can be opened. */
export const ToolResultSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("file"), path: z.string(), line: z.int().nullable() }),
  z.object({ kind: z.literal("changeSet"), id: z.uuid() }),
  z.object({ kind: z.literal("run"), id: z.uuid() }),
  z.object({ kind: z.literal("generation"), id: z.uuid() }),
]);
export type ToolResult = z.output<typeof ToolResultSchema>;

/** What a message is made of, in order. */
export const PartSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("text"), text: z.string() }),
  z.object({
    kind: z.literal("tool"),
    callId: z.string(),
    name: z.string(),
    /** In a few words: what it was asked. */
    title: z.string(),
    /** As the model wrote it, JSON. */
    input: z.string(),
    /** What the model was answered; null while it runs. */
    output: z.string().nullable(),
    state: z.enum(["running", "done", "failed"]),
    results: z.array(ToolResultSchema),
  }),
  /** What happened on the way: another attempt, another model. */
  z.object({ kind: z.literal("notice"), text: z.string() }),
]);
export type Part = z.output<typeof PartSchema>;

/**
 * `running`: being written. `complete`: all there. `stopped`: by the person. `incomplete`: cut off in the middle; what came is there. `failed`: see `problem`.
 */
export const MESSAGE_STATES = ["running", "complete", "stopped", "incomplete", "failed"] as const;
export const MessageStateSchema = z.enum(MESSAGE_STATES);

export const UsageSchema = z.object({ inputTokens: CountSchema, outputTokens: CountSchema, costMicroUsd: MicroUsdSchema });
export type Usage = z.output<typeof UsageSchema>;

export const MessageSchema = z.object({
  id: MessageIdSchema,
  conversationId: ConversationIdSchema,
  /** The message it follows; null for the first. */
  parentId: MessageIdSchema.nullable(),
  role: z.enum(["user", "assistant"]),
  state: MessageStateSchema,
  parts: z.array(PartSchema),
  context: z.array(ContextItemSchema),
  /** `endpoint/model`, or `builtin`; null for a person's. */
  model: z.string().nullable(),
  usage: UsageSchema.nullable(),
  problem: ProjectProblemSchema.nullable(),
  /** All messages that follow the same one, oldest first, this one too: the branches. */
  siblings: z.array(MessageIdSchema),
  createdAt: IsoTimeSchema,
});
export type Message = z.output<typeof MessageSchema>;

export const ConversationSchema = z.object({
  id: ConversationIdSchema,
  projectId: ProjectIdSchema,
  title: z.string(),
  createdAt: IsoTimeSchema,
  updatedAt: IsoTimeSchema,
  version: z.string(),
});
export type Conversation = z.output<typeof ConversationSchema>;

export const ListConversationsInputSchema = z.object({ projectId: ProjectIdSchema, query: z.string().max(200).optional().describe("Words of the title or of messages"), ...pageInput });
export type ListConversationsInput = z.output<typeof ListConversationsInputSchema>;
/** The last used one first. */
export const ConversationPageSchema = pageOf(ConversationSchema);
export type ConversationPage = z.output<typeof ConversationPageSchema>;

export const ConversationInputSchema = z.object({ id: ConversationIdSchema });
export type ConversationInput = z.output<typeof ConversationInputSchema>;
export const RenameConversationInputSchema = z.object({ id: ConversationIdSchema, title: nameSchema(120) });
export type RenameConversationInput = z.output<typeof RenameConversationInputSchema>;

export const ConversationDetailsSchema = z.object({
  conversation: ConversationSchema,
  /** The branch that is shown, first message first. */
  messages: z.array(MessageSchema),
  /** What the whole conversation cost, all branches. */
  usage: UsageSchema,
});
export type ConversationDetails = z.output<typeof ConversationDetailsSchema>;

export const MAX_MESSAGE_LENGTH = 50_000;
export const SendMessageInputSchema = z.object({
  projectId: ProjectIdSchema,
  conversationId: ConversationIdSchema.optional().describe("Absent: a new conversation begins"),
  /** Absent: after the last message that is shown. Null: a new beginning, as when the first message is edited. */
  parentId: MessageIdSchema.nullable().optional().describe("The message it follows"),
  text: z.string().max(MAX_MESSAGE_LENGTH).refine((text) => text.trim() !== "", "must not be empty"),
  context: z.array(ContextItemSchema).max(20).default([]),
  key: z.uuid().describe("The same for a repetition: a message is sent once"),
});
export type SendMessageInput = z.output<typeof SendMessageInputSchema>;
export const SentMessageSchema = z.object({ conversationId: ConversationIdSchema, messageId: MessageIdSchema, answerId: MessageIdSchema });
export type SentMessage = z.output<typeof SentMessageSchema>;

export const MessageInputSchema = z.object({ conversationId: ConversationIdSchema, messageId: MessageIdSchema });
export type MessageInput = z.output<typeof MessageInputSchema>;

/** What happens in a conversation while it is looked at. */
export const ConversationEventSchema = z.discriminatedUnion("kind", [
  /** More of the text of a message's part, which stands at that offset in UTF-16 units. */
  z.object({ kind: z.literal("text"), messageId: MessageIdSchema, part: CountSchema, offset: CountSchema, text: z.string() }),
  z.object({ kind: z.literal("message"), message: MessageSchema }),
  /** Title, branch or messages changed: read it again. */
  z.object({ kind: z.literal("conversation") }),
]);
export type ConversationEvent = z.output<typeof ConversationEventSchema>;
export const WatchConversationInputSchema = z.object({ id: ConversationIdSchema, ...resumeInput });
export type WatchConversationInput = z.output<typeof WatchConversationInputSchema>;
