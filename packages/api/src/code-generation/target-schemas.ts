import { z } from "zod";
import { ProjectIdSchema, ProjectPathSchema, ProjectProblemSchema } from "../workspace/index.ts";

export const GENERATORS = ["http-endpoint", "test-data"] as const;
export const GeneratorNameSchema = z.enum(GENERATORS);
export type GeneratorName = z.output<typeof GeneratorNameSchema>;

export const GeneratorSchema = z.object({
  name: GeneratorNameSchema,
  /** Of what it makes: the same version makes the same bytes of the same input. */
  version: z.string(),
  title: z.string(),
  description: z.string(),
  /** Sentences that it understands. */
  examples: z.array(z.string()),
  /** What it can work on. */
  supports: z.array(z.string()),
});
export type Generator = z.output<typeof GeneratorSchema>;
export const GeneratorListSchema = z.object({ generators: z.array(GeneratorSchema) });
export type GeneratorList = z.output<typeof GeneratorListSchema>;

export const FRAMEWORKS = ["express", "fastify", "next-app", "next-pages"] as const;
export const FrameworkSchema = z.enum(FRAMEWORKS);
export type Framework = z.output<typeof FrameworkSchema>;

export const FACT_KINDS = [
  "framework", "language", "modules", "strictness", "quotes", "semicolons", "indentation", "line-endings", "trailing-commas", "parentheses", "arrow-parameters", "braces", "formatter", "import-endings", "file-names", "layout", "test-runner", "test-place",
  "validation",
] as const;
export const FactKindSchema = z.enum(FACT_KINDS);
export type FactKind = z.output<typeof FactKindSchema>;

/** One thing that is known of a project, with the place that shows it. */
export const FactSchema = z.object({
  kind: FactKindSchema,
  /** For programs: `express`, `esm`, `double`. */
  value: z.string(),
  /** For people: `Express 5`, `ES modules`. */
  label: z.string(),
  /** Null where nothing in the project says so and the usual was taken. */
  place: z.object({ path: ProjectPathSchema, line: z.int().min(1), excerpt: z.string() }).nullable(),
});
export type Fact = z.output<typeof FactSchema>;

export const ROUTE_STYLES = ["router", "app", "plugin", "route-file"] as const;

/** A place where the project registers routes. */
export const RoutePlaceSchema = z.object({
  path: ProjectPathSchema,
  line: z.int().min(1),
  style: z.enum(ROUTE_STYLES),
  /** In front of each path in it: `/users`. */
  mount: z.string(),
});
export type RoutePlace = z.output<typeof RoutePlaceSchema>;

export const TYPE_KINDS = ["interface", "type", "zod", "json-schema"] as const;

/** A type or schema that rows can be made of. */
export const TypePlaceSchema = z.object({ name: z.string(), kind: z.enum(TYPE_KINDS), path: ProjectPathSchema, line: z.int().min(1) });
export type TypePlace = z.output<typeof TypePlaceSchema>;

export const TargetInputSchema = z.object({ projectId: ProjectIdSchema });
export type TargetInput = z.output<typeof TargetInputSchema>;

export const TargetSchema = z.object({
  projectId: ProjectIdSchema,
  /** Where the package lies that endpoints go to; empty for the project's root. */
  folder: ProjectPathSchema,
  framework: FrameworkSchema.nullable(),
  facts: z.array(FactSchema),
  routes: z.array(RoutePlaceSchema),
  types: z.array(TypePlaceSchema),
  /** Why no endpoint can be added here: `target_unsupported`. Test data needs no framework. */
  problem: ProjectProblemSchema.nullable(),
  /** Source files looked at, of how many there are. */
  files: z.object({ read: z.int(), total: z.int() }),
});
export type Target = z.output<typeof TargetSchema>;
