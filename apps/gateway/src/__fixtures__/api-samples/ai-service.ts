import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { ApiSamples } from "../contract-world.ts";

const IdSchema = z.looseObject({ id: z.string() });
const SentSchema = z.looseObject({ conversationId: z.string(), messageId: z.string(), answerId: z.string() });

export const samples: ApiSamples = (world) => {
  const projectId = async () => (await world.askAs("owner", IdSchema, "POST", "/workspaces", { name: "Sample" })).id;
  const sent = async () => world.askAs("owner", SentSchema, "POST", "/ai/messages", { projectId: await projectId(), text: "/help", key: randomUUID() });
  // One for all that leave it there: how many messages somebody may send in a minute is limited.
  let first: ReturnType<typeof sent> | null = null;
  const inConversation = async () => ({ id: (await (first ??= sent())).conversationId });
  const ofQuestion = async () => {
    const { conversationId, messageId } = await (first ??= sent());
    return { conversationId, messageId };
  };
  return {
    "aiService.probeEndpoint": () => ({ endpoint: "none" }),
    "aiService.listConversations": async () => ({ projectId: await projectId() }),
    "aiService.getConversation": inConversation,
    "aiService.renameConversation": async () => ({ ...(await inConversation()), title: "Another name" }),
    "aiService.deleteConversation": async () => ({ id: (await sent()).conversationId }),
    "aiService.sendMessage": async () => ({ projectId: await projectId(), text: "/help", key: randomUUID() }),
    "aiService.retryMessage": ofQuestion,
    "aiService.stopMessage": ofQuestion,
    "aiService.showBranch": ofQuestion,
    "aiService.watchConversation": inConversation,
  };
};

/** No endpoint is configured here. */
export const neverSucceeds: readonly string[] = ["aiService.probeEndpoint"];
