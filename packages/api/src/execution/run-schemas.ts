import { IsoTimeSchema, OrganizationIdSchema, pageInput, pageOf, resumeInput, UserIdSchema } from "@coder/shared";
import { z } from "zod";
import { EntryPathSchema, ProjectPathSchema } from "../workspace/project-path.ts";
import { ProjectIdSchema, ProjectJobSchema, ProjectProblemSchema } from "../workspace/project-schemas.ts";
import { KeySchema, WaitSchema } from "./change-set-schemas.ts";
import { CheckpointIdSchema, FileChangesSchema, RunIdSchema } from "./checkpoint-schemas.ts";

const ArgumentSchema = z.string().max(4_000).refine((text) => text.isWellFormed() && !text.includes("\0"), "must be whole characters without NUL");
const args = z.array(ArgumentSchema).max(50).default([]);
const FolderSchema = ProjectPathSchema.refine((path) => path.isWellFormed(), "must be UTF-8");

/** What is run: a script of a `package.json`, a file by what it is written in, or the installation of what the lock file names. */
export const RunTargetSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("script"), folder: FolderSchema, name: z.string().min(1).max(200).refine((name) => name.isWellFormed() && !name.startsWith("-") && !name.includes("\0"), "must be the name of a script"), args }),
  z.object({ kind: z.literal("file"), path: EntryPathSchema.refine((path) => path.isWellFormed(), "must be UTF-8"), args }),
  z.object({ kind: z.literal("install"), folder: FolderSchema }),
]);
export type RunTarget = z.output<typeof RunTargetSchema>;

/** `waiting`: its job has not begun. `interrupted`: whatever ran it died, so how it ended is not known; it is never run a second time by itself. */
export const RUN_STATES = ["waiting", "running", "succeeded", "failed", "cancelled", "interrupted"] as const;
export const RunStateSchema = z.enum(RUN_STATES);
export type RunState = z.output<typeof RunStateSchema>;
export const EndedRunStateSchema = RunStateSchema.extract(["succeeded", "failed", "cancelled", "interrupted"]);
export type EndedRunState = z.output<typeof EndedRunStateSchema>;

export const RUN_LIMITS = ["wall", "cpu", "memory", "processes", "file", "tree", "output"] as const;

export const RunSchema = z.object({
  id: RunIdSchema,
  organizationId: OrganizationIdSchema,
  projectId: ProjectIdSchema,
  target: RunTargetSchema,
  /** As somebody would type it. */
  command: z.string(),
  state: RunStateSchema,
  job: ProjectJobSchema.nullable(),
  /** The state of the files before it. */
  checkpointId: CheckpointIdSchema.nullable(),
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  /** The limit that ended it. */
  endedBy: z.enum(RUN_LIMITS).nullable(),
  durationMs: z.number().nullable(),
  /** Of all its processes together; null where it cannot be measured. */
  cpuMs: z.number().nullable(),
  peakMemoryBytes: z.number().nullable(),
  /** Bytes of its output that are kept. */
  outputBytes: z.int(),
  /** What it changed in the files; null while it is not known. */
  changes: FileChangesSchema.nullable(),
  /** Where an installation fetched from, and how much. */
  egress: z.array(z.object({ host: z.string(), requests: z.int(), bytes: z.int() })),
  /** Why it could not be run, or ended without an exit code. */
  problem: ProjectProblemSchema.nullable(),
  createdBy: UserIdSchema.nullable(),
  createdAt: IsoTimeSchema,
  startedAt: IsoTimeSchema.nullable(),
  endedAt: IsoTimeSchema.nullable(),
});
export type Run = z.output<typeof RunSchema>;

/** What a run may take where that is less than the settings allow. */
export const RunLimitsSchema = z.object({
  wallSeconds: z.int().min(1).max(86_400).optional(),
  cpuSeconds: z.int().min(1).max(86_400).optional(),
  memoryBytes: z.int().min(16_000_000).optional(),
});
export type RunLimits = z.output<typeof RunLimitsSchema>;

export const StartRunInputSchema = z.object({
  projectId: ProjectIdSchema,
  target: RunTargetSchema,
  /** Run although the dependencies are not installed. */
  withoutDependencies: z.boolean().default(false),
  limits: RunLimitsSchema.default({}),
  /** The same key makes the same run: a request that is repeated starts no second one. */
  key: KeySchema.optional(),
});
export type StartRunInput = z.output<typeof StartRunInputSchema>;
export const RunInputSchema = z.object({ id: RunIdSchema });
export type RunInput = z.output<typeof RunInputSchema>;
/** `waitMs`: answer when it has ended, or after this time. */
export const GetRunInputSchema = RunInputSchema.extend({ waitMs: WaitSchema });
export type GetRunInput = z.output<typeof GetRunInputSchema>;
/** Newest first. */
export const ListRunsInputSchema = z.object({ projectId: ProjectIdSchema, ...pageInput });
export type ListRunsInput = z.output<typeof ListRunsInputSchema>;
export const RunPageSchema = pageOf(RunSchema);
export type RunPage = z.infer<typeof RunPageSchema>;

export const ListScriptsInputSchema = z.object({ projectId: ProjectIdSchema });
export type ListScriptsInput = z.output<typeof ListScriptsInputSchema>;

export const PACKAGE_MANAGERS = ["npm", "pnpm", "yarn"] as const;
/** `none`: nothing is declared. `missing`: declared and not installed. */
export const DEPENDENCY_STATES = ["none", "missing", "installed"] as const;

/** A folder with a `package.json`. */
export const ScriptFolderSchema = z.object({
  folder: ProjectPathSchema,
  name: z.string(),
  packageManager: z.enum(PACKAGE_MANAGERS),
  /** Path of the lock file that an installation follows; null: there is none. */
  lockFile: ProjectPathSchema.nullable(),
  dependencies: z.enum(DEPENDENCY_STATES),
  scripts: z.array(z.object({ name: z.string(), command: z.string() })),
});
export type ScriptFolder = z.output<typeof ScriptFolderSchema>;
/** By path. `more`: there are folders beyond the first hundred. */
export const ScriptsSchema = z.object({ folders: z.array(ScriptFolderSchema), more: z.boolean() });
export type Scripts = z.output<typeof ScriptsSchema>;

/** The id of an item is the offset after it: a stream that breaks off goes on exactly there. `offset`: where to begin. */
export const WatchRunInputSchema = z.object({ id: RunIdSchema, offset: z.int().min(0).default(0), ...resumeInput });
export type WatchRunInput = z.output<typeof WatchRunInputSchema>;
/** Output as it comes, its bytes in base64; and the run whenever its state changes. It begins with the run, and ends with it in its last state. */
export const RunEventSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("output"), offset: z.int(), bytes: z.string() }),
  z.object({ kind: z.literal("run"), run: RunSchema }),
]);
export type RunEvent = z.output<typeof RunEventSchema>;

export const ReadOutputInputSchema = z.object({ id: RunIdSchema, offset: z.coerce.number().int().min(0).default(0), limit: z.coerce.number().int().min(1).max(1_000_000).default(100_000).describe("Bytes") });
export type ReadOutputInput = z.output<typeof ReadOutputInputSchema>;
/** `bytes` in base64. */
export const RunOutputSchema = z.object({ offset: z.int(), bytes: z.string(), nextOffset: z.int(), total: z.int() });
export type RunOutput = z.output<typeof RunOutputSchema>;
