import { EndpointKindSchema, EndpointNameSchema } from "@coder/api/ai-service";
import { z } from "zod";

const count = z.coerce.number().int().min(1);
const seconds = z.coerce.number().min(0.01).max(86_400);

/** US dollars for a million tokens. Both or neither. */
const ModelConfigSchema = z
  .strictObject({
    inputPrice: z.number().min(0).max(100_000).optional(),
    outputPrice: z.number().min(0).max(100_000).optional(),
    contextTokens: z.int().min(1_000).optional(),
    maxOutputTokens: z.int().min(16).optional(),
  })
  .refine(({ inputPrice, outputPrice }) => (inputPrice === undefined) === (outputPrice === undefined), "inputPrice and outputPrice belong together");

const EndpointConfigSchema = z.strictObject({
  kind: EndpointKindSchema,
  url: z.url({ protocol: /^https?$/ }).refine((url) => URL.parse(url)?.username === "" && URL.parse(url)?.password === "", "must hold no user or password: a key belongs into ai-service.apiKeys"),
  /** What it answers costs nothing: a server of one's own. */
  free: z.boolean().optional(),
  /** How long it may be silent, before its first word and between two, instead of what `timeouts` says: for a server that thinks long. */
  patienceSeconds: seconds.optional(),
  models: z.record(z.string().min(1).max(200), ModelConfigSchema),
});
export type EndpointConfig = z.output<typeof EndpointConfigSchema>;

export const AiConfigSchema = z
  .strictObject({
    endpoints: z.record(EndpointNameSchema, EndpointConfigSchema).meta({
      settable: false, merge: true,
      description: "Servers of models by name, each with kind (openai, anthropic), url, models, free where it costs nothing, and patienceSeconds where it thinks long; none: the chat answers with built-in commands",
    }),
    apiKeys: z.record(EndpointNameSchema, z.string().min(1)).meta({ secret: true, merge: true, description: "Keys by the names of the endpoints that want one" }),
    allowedPrivateHosts: z.array(z.string()).meta({ settable: false, description: "Hosts of endpoints that may have a private address, such as 127.0.0.1" }),
    chat: z.strictObject({
      models: z.array(z.string()).meta({ description: "What answers in the chat, as endpoint/model; the next one when one fails. Empty: all models, in their order" }),
      maxOutputTokens: count.max(200_000).meta({ description: "Tokens that one answer of a model may have" }),
      contextTokens: count.min(2_000).max(2_000_000).meta({ description: "Tokens of a conversation that are sent along at most" }),
      toolRounds: count.max(100).meta({ description: "How often a model may use tools before it must answer" }),
    }),
    budget: z.strictObject({
      monthlyUsd: z.coerce.number().min(0).max(1_000_000).meta({ description: "US dollars that an organization may spend on models in a month" }),
    }),
    timeouts: z.strictObject({
      firstByteSeconds: seconds.meta({ description: "How long an endpoint may take to begin its answer" }),
      idleSeconds: seconds.meta({ description: "How long an endpoint may pause in its answer" }),
      totalSeconds: seconds.meta({ description: "How long one answer of a model may take altogether" }),
    }),
    attempts: count.max(10).meta({ description: "How often one model is asked when it fails for now" }),
    recording: z.strictObject({
      mode: z.enum(["off", "record", "replay"]).meta({ settable: false, description: "Whether answers of models are recorded, or given from the recording without asking anybody. Chats that met secrets are found again in the same project" }),
      folder: z.string().min(1).nullable().meta({ settable: false, description: "Folder of the recordings" }),
    }),
  })
  .refine(({ recording }) => recording.mode === "off" || recording.folder !== null, { path: ["recording", "folder"], error: "Recording needs a folder: set ai-service.recording.folder" });
export type AiConfig = z.output<typeof AiConfigSchema>;
