import { IsoTimeSchema, pageInput, pageOf, UserIdSchema } from "@coder/shared";
import { z } from "zod";
import { ProjectIdSchema, ProjectProblemSchema } from "../workspace/index.ts";

/** `openai`: OpenAI and every server compatible with it. `anthropic`: Anthropic's messages. */
export const ENDPOINT_KINDS = ["openai", "anthropic"] as const;
export const EndpointKindSchema = z.enum(ENDPOINT_KINDS);
export type EndpointKind = z.output<typeof EndpointKindSchema>;

/** Of an endpoint, in the configuration. */
export const EndpointNameSchema = z.string().min(1).max(60).regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "must be lower case, digits and hyphens");
const CountSchema = z.int().min(0);
/** Millionths of a US dollar. */
export const MicroUsdSchema = z.int().min(0);

/** `table`: shipped with the product. `operator`: set in the configuration. `free`: declared to cost nothing. `unknown`: nobody knows, so the model is not used. */
export const PRICE_SOURCES = ["table", "operator", "free", "unknown"] as const;
export const ModelPriceSchema = z.object({
  source: z.enum(PRICE_SOURCES),
  /** For a million tokens, in millionths of a US dollar; null while unknown. */
  input: MicroUsdSchema.nullable(),
  output: MicroUsdSchema.nullable(),
  /** Of the shipped table. */
  date: z.string().nullable(),
});
export type ModelPrice = z.output<typeof ModelPriceSchema>;

export const ModelSchema = z.object({
  /** `endpoint/model`. */
  key: z.string(),
  endpoint: z.string(),
  model: z.string(),
  price: ModelPriceSchema,
  contextTokens: CountSchema,
  maxOutputTokens: CountSchema,
  /** Its place in the chat's chain of models, from 1; null where it takes no part. */
  chatPlace: z.int().min(1).nullable(),
  /** Why it cannot be used. */
  problem: ProjectProblemSchema.nullable(),
});
export type Model = z.output<typeof ModelSchema>;

export const EndpointSchema = z.object({
  name: z.string(),
  kind: EndpointKindSchema,
  url: z.string(),
  hasKey: z.boolean(),
  models: z.array(ModelSchema),
});
export type Endpoint = z.output<typeof EndpointSchema>;

/**
 * Of the organization in one month, UTC. No call takes spent and reserved together above the limit: one that does not fit at its worst is not made, and one that a provider bills higher than that worst is booked as far as there is room
 * below the limit; the rest is in the log alone. Where a provider told no usage, it is counted, and no more than was reserved is booked.
 */
export const BudgetSchema = z.object({
  /** `2026-11`. */
  period: z.string(),
  limitMicroUsd: MicroUsdSchema,
  spentMicroUsd: MicroUsdSchema,
  /** Of calls under way, at their worst. */
  reservedMicroUsd: MicroUsdSchema,
  calls: CountSchema,
  inputTokens: CountSchema,
  outputTokens: CountSchema,
});
export type Budget = z.output<typeof BudgetSchema>;

export const ModelsSchema = z.object({
  endpoints: z.array(EndpointSchema),
  /** What answers in the chat: keys of models, the first one that works is used. Empty: the built-in commands answer. */
  chat: z.array(z.string()),
  budget: BudgetSchema,
  /** When the shipped prices were taken down. */
  priceDate: z.string(),
});
export type Models = z.output<typeof ModelsSchema>;

export const ProbeEndpointInputSchema = z.object({ endpoint: EndpointNameSchema, model: z.string().min(1).max(200).optional().describe("Of the configured ones; the first otherwise") });
export type ProbeEndpointInput = z.output<typeof ProbeEndpointInputSchema>;

export const PROBE_CHECKS = ["reach", "model", "chat", "stream", "tools", "json"] as const;
export const ProbeCheckSchema = z.object({
  name: z.enum(PROBE_CHECKS),
  /** `skipped`: a check before it failed, or the endpoint does not tell. */
  state: z.enum(["works", "fails", "skipped"]),
  tookMs: CountSchema.nullable(),
  problem: ProjectProblemSchema.nullable(),
});
export type ProbeCheck = z.output<typeof ProbeCheckSchema>;
export const ProbeSchema = z.object({
  endpoint: z.string(),
  model: z.string().nullable(),
  /** Chat and stream work. */
  works: z.boolean(),
  checks: z.array(ProbeCheckSchema),
  /** Models that the endpoint offers, as far as it tells. */
  offered: z.array(z.string()),
  checkedAt: IsoTimeSchema,
});
export type Probe = z.output<typeof ProbeSchema>;

/** One request that carried content to a model or an embeddings endpoint. */
export const EgressSchema = z.object({
  id: z.uuid(),
  at: IsoTimeSchema,
  endpoint: z.string(),
  host: z.string(),
  path: z.string(),
  /** Null for a question that is about none. */
  model: z.string().nullable(),
  purpose: z.enum(["chat", "probe", "index", "search"]),
  /** Who asked. */
  userId: UserIdSchema.nullable(),
  /** What the content is from; null for a check. */
  projectId: ProjectIdSchema.nullable(),
  conversationId: z.uuid().nullable(),
  requestBytes: CountSchema,
  responseBytes: CountSchema,
  /** Secrets that were replaced before it was sent. */
  secrets: CountSchema,
  /** Of the answer; null while there was none. */
  status: CountSchema.nullable(),
  /** `open`: under way, or its process ended. */
  outcome: z.enum(["open", "done", "failed", "cancelled"]),
  tookMs: CountSchema.nullable(),
});
export type Egress = z.output<typeof EgressSchema>;
export const ListEgressInputSchema = z.object({ ...pageInput });
export type ListEgressInput = z.output<typeof ListEgressInputSchema>;
/** Newest first. */
export const EgressPageSchema = pageOf(EgressSchema);
export type EgressPage = z.output<typeof EgressPageSchema>;

/** What a module that asks an endpoint of its own says before it sends something. */
export const NoteEgressInputSchema = EgressSchema.pick({ id: true, endpoint: true, host: true, path: true, model: true, purpose: true, projectId: true, requestBytes: true, secrets: true });
export type NoteEgressInput = z.output<typeof NoteEgressInputSchema>;
/** What it says when that has ended. */
export const EndEgressInputSchema = EgressSchema.pick({ id: true, responseBytes: true, status: true }).extend({ outcome: z.enum(["done", "failed", "cancelled"]), tookMs: CountSchema });
export type EndEgressInput = z.output<typeof EndEgressInputSchema>;
