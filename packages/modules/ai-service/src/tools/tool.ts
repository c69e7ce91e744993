import type { ConversationId, MessageId, ToolResult } from "@coder/api/ai-service";
import type { ProjectId } from "@coder/api/workspace";
import type { Caller } from "@coder/shared";
import type { z } from "zod";
import type { ToolDefinition } from "../gateway/model-provider.ts";
import type { SecretFirewall } from "../secrets/SecretFirewall.ts";
import type { Wish } from "./wish.ts";

/** For whom a tool works: the person who asked, in their project, with their rights and no others. */
export interface ToolContext {
  readonly caller: Caller;
  readonly projectId: ProjectId;
  readonly conversationId: ConversationId;
  readonly answerId: MessageId;
  /** Which model asks. */
  readonly model: string;
  /** What the person wrote. Nothing else is a wish of theirs. */
  readonly wish: Wish;
  readonly signal: AbortSignal;
  readonly firewall: SecretFirewall;
  /** SHA-256 of files as the model was shown them, by path. */
  readonly shown: Map<string, string>;
  /** The same for the same call of the same answer: what it starts is started once. */
  readonly key: string;
}

/** `text`: what the model is told. `failed`: it did not do what was asked. */
export interface ToolOutcome {
  readonly text: string;
  readonly results: readonly ToolResult[];
  readonly failed?: boolean;
}

export interface ITool {
  readonly definition: ToolDefinition;
  /** In a few words for the person. */
  title(input: unknown): string;
  /** Refusals are `AppError`s, or an outcome that says `failed`; both are told to the model. */
  run(context: ToolContext, input: unknown): Promise<ToolOutcome>;
}

export interface ToolDescription<Schema extends z.ZodType> {
  readonly name: string;
  readonly description: string;
  readonly schema: Schema;
  readonly title: (input: z.output<Schema>) => string;
  readonly run: (context: ToolContext, input: z.output<Schema>) => Promise<ToolOutcome>;
}
