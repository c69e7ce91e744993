import { ContextItemSchema, ConversationIdSchema, EgressSchema, MessageIdSchema, MessageStateSchema, PartSchema, UsageSchema } from "@coder/api/ai-service";
import { ProjectIdSchema, ProjectProblemSchema } from "@coder/api/workspace";
import { defineEntity, type RowOf } from "@coder/db";
import { IsoTimeSchema, OrganizationIdSchema, UserIdSchema } from "@coder/shared";
import { z } from "zod";

/** A conversation of one person about one project. */
export const conversationEntity = defineEntity({
  table: "ai_conversations",
  model: "AiConversation",
  schema: z.object({
    id: ConversationIdSchema,
    organizationId: OrganizationIdSchema,
    projectId: ProjectIdSchema,
    userId: UserIdSchema,
    title: z.string(),
    /** Title and what the person said, in lower case: what is searched. */
    words: z.string(),
    /** The last message of the branch that is shown. */
    headId: MessageIdSchema.nullable(),
    createdAt: IsoTimeSchema,
    updatedAt: IsoTimeSchema,
  }),
  tenancy: "organization",
  indexes: [["organizationId", "userId", "projectId", "updatedAt"]],
});
export type ConversationRow = RowOf<typeof conversationEntity>;

/** A message, from the moment it begins. What it says stands in its parts. */
export const messageEntity = defineEntity({
  table: "ai_messages",
  model: "AiMessage",
  schema: z.object({
    id: MessageIdSchema,
    organizationId: OrganizationIdSchema,
    conversationId: ConversationIdSchema,
    parentId: MessageIdSchema.nullable(),
    role: z.enum(["user", "assistant"]),
    state: MessageStateSchema,
    context: z.array(ContextItemSchema),
    model: z.string().nullable(),
    usage: UsageSchema.nullable(),
    problem: ProjectProblemSchema.nullable(),
    /** A running one whose process does not move this on is over. */
    aliveUntil: IsoTimeSchema,
    /** Somebody asked for its end, maybe at another process. */
    stopped: z.boolean(),
    createdAt: IsoTimeSchema,
  }),
  tenancy: "organization",
  indexes: [["organizationId", "conversationId", "createdAt"]],
});
export type MessageRow = RowOf<typeof messageEntity>;

/** Pieces of messages in the order they came. `text`: joined to the text before it. Of a tool call the last piece with its id counts. */
export const messagePieceEntity = defineEntity({
  table: "ai_message_pieces",
  model: "AiMessagePiece",
  schema: z.object({
    id: z.uuid(),
    organizationId: OrganizationIdSchema,
    conversationId: ConversationIdSchema,
    messageId: MessageIdSchema,
    ordinal: z.int(),
    part: PartSchema,
  }),
  tenancy: "organization",
  indexes: [["organizationId", "conversationId"], ["organizationId", "messageId", "ordinal"]],
});
export type MessagePieceRow = RowOf<typeof messagePieceEntity>;

export const ReservationSchema = z.object({ id: z.uuid(), microUsd: z.int(), expiresAt: IsoTimeSchema });

/** What an organization spent in a month, and what calls under way may still spend: one row, so that one write decides both. */
export const budgetEntity = defineEntity({
  table: "ai_budgets",
  model: "AiBudget",
  schema: z.object({
    id: z.uuid(),
    organizationId: OrganizationIdSchema,
    period: z.string(),
    spentMicroUsd: z.int(),
    reservations: z.array(ReservationSchema),
    calls: z.int(),
    inputTokens: z.int(),
    outputTokens: z.int(),
    /** One more with each write, which is made over the version before it alone. */
    version: z.int(),
  }),
  tenancy: "organization",
  unique: [["organizationId", "period"]],
});
export type BudgetRow = RowOf<typeof budgetEntity>;

/** Every request that left the product: written before it is sent. `version`: 0 then, 1 when how it ended is written over that. */
export const egressEntity = defineEntity({
  table: "ai_egress",
  model: "AiEgress",
  schema: EgressSchema.extend({ organizationId: OrganizationIdSchema, version: z.int() }),
  tenancy: "organization",
  indexes: [["organizationId", "at"]],
});
export type EgressRow = RowOf<typeof egressEntity>;
