import { z } from "zod";
import { ProjectIdSchema } from "../workspace/index.ts";
import { EndpointActionSchema, EndpointFieldSchema, EndpointParamSchema, GenerationInputSchema, HttpMethodSchema, TestDataInputSchema } from "./input-schemas.ts";
import { GeneratorNameSchema } from "./target-schemas.ts";

export const MAX_SENTENCE = 1_000;
export const ReadSentenceInputSchema = z.object({ projectId: ProjectIdSchema, sentence: z.string().trim().min(1).max(MAX_SENTENCE) });
export type ReadSentenceInput = z.output<typeof ReadSentenceInputSchema>;

/** The endpoint form as far as a sentence fills it. */
export const EndpointDraftSchema = z.object({
  method: HttpMethodSchema.nullable(),
  path: z.string().nullable(),
  action: EndpointActionSchema.nullable(),
  entity: z.string().nullable(),
  params: z.array(EndpointParamSchema),
  fields: z.array(EndpointFieldSchema),
});
export type EndpointDraft = z.output<typeof EndpointDraftSchema>;

/** The test data form as far as a sentence fills it. */
export const TestDataDraftSchema = TestDataInputSchema.extend({
  tables: z.array(z.object({ type: z.string().nullable(), path: z.string().nullable(), rows: z.int().nullable() })),
});
export type TestDataDraft = z.output<typeof TestDataDraftSchema>;

export const SentencePartSchema = z.object({
  /** Where in the sentence, in UTF-16 units. */
  start: z.int().min(0),
  end: z.int().min(0),
  /** The field that it fills: `method`, `fields.total`, `tables.0.rows`. */
  field: z.string(),
  value: z.string(),
});
export type SentencePart = z.output<typeof SentencePartSchema>;

/** What has to be said before anything can be generated. */
export const MissingFieldSchema = z.object({ field: z.string(), question: z.string(), options: z.array(z.string()) });
export type MissingField = z.output<typeof MissingFieldSchema>;

/** Nothing in it is guessed: what follows from a convention is named in `assumed`. */
export const SentenceReadingSchema = z.object({
  /** Null where the sentence does not say what to generate. */
  generator: GeneratorNameSchema.nullable(),
  endpoint: EndpointDraftSchema.nullable(),
  testData: TestDataDraftSchema.nullable(),
  /** In the order of the sentence, none over another. */
  understood: z.array(SentencePartSchema),
  assumed: z.array(z.object({ field: z.string(), value: z.string(), reason: z.string() })),
  missing: z.array(MissingFieldSchema),
  /** What `startGeneration` takes; null while something is missing. */
  input: GenerationInputSchema.nullable(),
});
export type SentenceReading = z.output<typeof SentenceReadingSchema>;
