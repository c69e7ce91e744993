import { auditFacts, DoneSchema } from "@coder/shared";
import { liveOf, procedure } from "@coder/shared/trpc";
import {
  ConversationDetailsSchema, ConversationEventSchema, ConversationInputSchema, ConversationPageSchema, ConversationSchema, ListConversationsInputSchema, MessageInputSchema,
  RenameConversationInputSchema, SendMessageInputSchema, SentMessageSchema, WatchConversationInputSchema,
} from "./conversation-schemas.ts";
import { aiServiceRef } from "./service.ts";

const tags = ["ai-service"];
const permission = "ai-service.conversation.use";
const describeConversation = auditFacts("conversation", "id", ConversationSchema);
const describeMessage = auditFacts("conversation", "conversationId", SentMessageSchema);

export const conversationProcedures = {
  listConversations: procedure
    .meta({ permission, openapi: { method: "GET", path: "/ai/conversations", tags, summary: "List one's own conversations about a project" } })
    .input(ListConversationsInputSchema)
    .output(ConversationPageSchema)
    .query(({ ctx, input }) => ctx.service(aiServiceRef).listConversations(ctx.caller, input)),

  getConversation: procedure
    .meta({ permission, openapi: { method: "GET", path: "/ai/conversations/{id}", tags, summary: "Read a conversation" } })
    .input(ConversationInputSchema)
    .output(ConversationDetailsSchema)
    .query(({ ctx, input }) => ctx.service(aiServiceRef).getConversation(ctx.caller, input)),

  renameConversation: procedure
    .meta({ permission, openapi: { method: "PATCH", path: "/ai/conversations/{id}", tags, summary: "Rename a conversation" }, audit: { describe: describeConversation } })
    .input(RenameConversationInputSchema)
    .output(ConversationSchema)
    .mutation(({ ctx, input }) => ctx.service(aiServiceRef).renameConversation(ctx.caller, input)),

  deleteConversation: procedure
    .meta({ permission, openapi: { method: "DELETE", path: "/ai/conversations/{id}", tags, summary: "Delete a conversation" }, audit: { describe: describeConversation } })
    .input(ConversationInputSchema)
    .output(ConversationSchema)
    .mutation(({ ctx, input }) => ctx.service(aiServiceRef).deleteConversation(ctx.caller, input)),

  sendMessage: procedure
    .meta({
      permission,
      openapi: { method: "POST", path: "/ai/messages", tags, summary: "Send a message" },
      rateLimit: { limit: 60, windowSeconds: 60, by: "caller" },
      audit: { describe: describeMessage },
    })
    .input(SendMessageInputSchema)
    .output(SentMessageSchema)
    .mutation(({ ctx, input }) => ctx.service(aiServiceRef).sendMessage(ctx.caller, input)),

  retryMessage: procedure
    .meta({
      permission,
      openapi: { method: "POST", path: "/ai/conversations/{conversationId}/messages/{messageId}/retry", tags, summary: "Ask for another answer" },
      rateLimit: { limit: 60, windowSeconds: 60, by: "caller" },
      audit: { describe: describeMessage },
    })
    .input(MessageInputSchema)
    .output(SentMessageSchema)
    .mutation(({ ctx, input }) => ctx.service(aiServiceRef).retryMessage(ctx.caller, input)),

  stopMessage: procedure
    .meta({
      permission,
      openapi: { method: "POST", path: "/ai/conversations/{conversationId}/messages/{messageId}/stop", tags, summary: "Stop an answer" },
      audit: { describe: describeMessage },
    })
    .input(MessageInputSchema)
    .output(DoneSchema)
    .mutation(({ ctx, input }) => ctx.service(aiServiceRef).stopMessage(ctx.caller, input)),

  showBranch: procedure
    .meta({
      permission,
      openapi: { method: "POST", path: "/ai/conversations/{conversationId}/messages/{messageId}/show", tags, summary: "Show the branch of a message" },
      audit: { never: true },
    })
    .input(MessageInputSchema)
    .output(ConversationDetailsSchema)
    .mutation(({ ctx, input }) => ctx.service(aiServiceRef).showBranch(ctx.caller, input)),

  watchConversation: procedure
    .meta({ permission, stream: { tags, summary: "Follow a conversation" } })
    .input(WatchConversationInputSchema)
    .output(liveOf(ConversationEventSchema))
    .subscription(({ ctx, input, signal }) => ctx.service(aiServiceRef).watchConversation(ctx.caller, input, signal ?? ctx.signal)),
};
