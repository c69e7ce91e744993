import { IsoTimeSchema, OrganizationIdSchema, pageInput, pageOf, UserIdSchema } from "@coder/shared";
import { z } from "zod";
import { ProjectIdSchema, ProjectJobSchema, ProjectPathSchema, ProjectProblemSchema } from "../workspace/index.ts";
import { GenerationInputSchema } from "./input-schemas.ts";
import { FactSchema, GeneratorNameSchema } from "./target-schemas.ts";

/** `succeeded`: there is a change set, or nothing was to be changed. */
export const GENERATION_STATES = ["queued", "running", "succeeded", "failed", "cancelled"] as const;
export const GenerationStateSchema = z.enum(GENERATION_STATES);
export type GenerationState = z.output<typeof GenerationStateSchema>;

export const GenerationSchema = z.object({
  id: z.uuid(),
  organizationId: OrganizationIdSchema,
  projectId: ProjectIdSchema,
  generator: GeneratorNameSchema,
  generatorVersion: z.string(),
  /** `GET /users/:id`, `50 users`. */
  title: z.string(),
  input: GenerationInputSchema,
  state: GenerationStateSchema,
  job: ProjectJobSchema,
  /** Files in the change set. */
  fileCount: z.int(),
  /** SHA-256 over paths and contents of all files, in hexadecimal: the same input in the same tree has the same. */
  outputHash: z.string().nullable(),
  changeSetId: z.uuid().nullable(),
  /** What whoever reviews it should know. */
  notes: z.array(z.string()),
  problem: ProjectProblemSchema.nullable(),
  createdBy: UserIdSchema,
  createdAt: IsoTimeSchema,
  finishedAt: IsoTimeSchema.nullable(),
});
export type Generation = z.output<typeof GenerationSchema>;

export const StartGenerationInputSchema = z.object({ projectId: ProjectIdSchema, generator: GeneratorNameSchema, input: GenerationInputSchema });
export type StartGenerationInput = z.output<typeof StartGenerationInputSchema>;
export const StartedGenerationSchema = z.object({ generation: GenerationSchema, job: ProjectJobSchema });
export type StartedGeneration = z.output<typeof StartedGenerationSchema>;

export const GenerationInputByIdSchema = z.object({ id: z.uuid() });
export type GenerationInputById = z.output<typeof GenerationInputByIdSchema>;

/** Newest first. */
export const ListGenerationsInputSchema = z.object({ projectId: ProjectIdSchema, ...pageInput });
export type ListGenerationsInput = z.output<typeof ListGenerationsInputSchema>;
export const GenerationPageSchema = pageOf(GenerationSchema);
export type GenerationPage = z.output<typeof GenerationPageSchema>;

export const PreviewFileSchema = z.object({
  path: ProjectPathSchema,
  kind: z.enum(["create", "modify"]),
  /** As it would be; the beginning of a long one. */
  content: z.string(),
  /** As it is now; null for a new file. */
  original: z.string().nullable(),
  sizeBytes: z.int(),
  truncated: z.boolean(),
  reason: z.string(),
});
export type PreviewFile = z.output<typeof PreviewFileSchema>;

/** What a generation would make, without making it. */
export const PreviewSchema = z.object({
  title: z.string(),
  files: z.array(PreviewFileSchema),
  notes: z.array(z.string()),
  /** What the files were written by. */
  facts: z.array(FactSchema),
  /** The first rows of test data, by type. */
  tables: z.array(z.object({ type: z.string(), columns: z.array(z.string()), rows: z.array(z.array(z.string())), total: z.int() })),
});
export type Preview = z.output<typeof PreviewSchema>;
