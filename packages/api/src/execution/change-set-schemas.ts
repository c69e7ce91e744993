import { IsoTimeSchema, nameSchema, OrganizationIdSchema, pageInput, pageOf, resumeInput, UserIdSchema, VersionSchema } from "@coder/shared";
import { z } from "zod";
import { ContentHashSchema } from "../workspace/file-schemas.ts";
import { EntryPathSchema } from "../workspace/project-path.ts";
import { ProjectIdSchema, ProjectJobSchema, ProjectProblemSchema } from "../workspace/project-schemas.ts";
import { ValidationSchema } from "./validation-schemas.ts";

/** Most files of one change set. */
export const MAX_CHANGE_FILES = 2_000;
/** Most bytes of one change set: originals and proposals, each. */
export const MAX_CHANGE_BYTES = 20_000_000;
/** Most UTF-16 units of one proposed file. */
export const MAX_CHANGE_FILE_CHARS = 2_000_000;
/** Most hunks of one change set. */
export const MAX_HUNKS = 20_000;
export const MAX_COMMENTS = 1_000;

export const ChangeSetIdSchema = z.uuid().brand<"ChangeSetId">();
export type ChangeSetId = z.output<typeof ChangeSetIdSchema>;

/** Names a request, so that it can be repeated. */
export const KeySchema = z.string().min(1).max(200).regex(/^[\w.:/-]+$/, "must hold letters, digits and . : / - _ only");
/** How long an answer may wait for an end. */
export const WaitSchema = z.coerce.number().int().min(0).max(30_000).default(0).describe("Milliseconds");

/** What can be kept as text and written as UTF-8. */
function textSchema(maxLength: number) {
  return z.string().max(maxLength).refine((text) => text.isWellFormed() && !text.includes("\0"), "must be whole characters without NUL");
}

/** A path that a change may touch: UTF-8, and nothing of the version control's own. */
export const ChangePathSchema = EntryPathSchema.refine((path) => path.isWellFormed(), "must be UTF-8").refine(
  (path) => !path.split("/").some((name) => name.toLowerCase() === ".git"),
  "must not lie in .git",
);

/** What a part of a change comes from: the step of a plan, the model and the request it answered (SHA-256), and what that cost. */
export const ProvenanceSchema = z.object({
  step: textSchema(200).nullable().default(null),
  model: textSchema(200).nullable().default(null),
  promptHash: ContentHashSchema.nullable().default(null),
  costMicros: z.int().min(0).nullable().default(null),
});
export type Provenance = z.output<typeof ProvenanceSchema>;

/** Who proposes the change. `conversationId`: where it was asked for. `provenance`: of all parts that name none of their own. */
export const ChangeOriginSchema = z.object({
  kind: z.enum(["generator", "chat", "person", "agent"]),
  name: nameSchema(100),
  version: textSchema(100),
  conversationId: z.uuid().optional(),
  provenance: ProvenanceSchema.optional(),
});
export type ChangeOrigin = z.output<typeof ChangeOriginSchema>;

export const CHANGE_KINDS = ["create", "modify", "delete"] as const;
export const ChangeKindSchema = z.enum(CHANGE_KINDS);
export type ChangeKind = z.output<typeof ChangeKindSchema>;

const ProposedFileSchema = z
  .object({
    path: ChangePathSchema,
    kind: ChangeKindSchema,
    /** SHA-256 of the file as the proposal knows it; null for one that is created. */
    baseHash: ContentHashSchema.nullable(),
    /** The whole new text; null for one that is deleted. */
    content: z.string().max(MAX_CHANGE_FILE_CHARS).nullable(),
    /** Whether it can be run as a program; without it a file keeps what it has. */
    executable: z.boolean().optional(),
    reason: textSchema(2_000).default(""),
    /** Why single places are changed, and where that comes from: each belongs to the hunk that holds this line (1-based) of the new text. */
    hunkReasons: z.array(z.object({ line: z.int().min(1), reason: textSchema(2_000), provenance: ProvenanceSchema.optional() })).max(1_000).default([]),
  })
  .refine(({ kind, baseHash }) => (kind === "create") === (baseHash === null), "must have a baseHash unless it creates the file")
  .refine(({ kind, content }) => (kind === "delete") === (content === null), "must have a content unless it deletes the file");
export type ProposedFile = z.output<typeof ProposedFileSchema>;

export const CreateChangeSetInputSchema = z.object({
  projectId: ProjectIdSchema,
  title: nameSchema(200),
  reason: textSchema(10_000).default(""),
  origin: ChangeOriginSchema,
  files: z.array(ProposedFileSchema).min(1).max(MAX_CHANGE_FILES),
  /** The same key makes the same change set: a request that is repeated makes no second one. */
  key: KeySchema,
});
export type CreateChangeSetInput = z.output<typeof CreateChangeSetInputSchema>;

/**
 * `validating`: being checked; it can be reviewed meanwhile. `ready`: for review. `applying`: being applied or undone, see `job`. `applied`: in the files.
 * `undone`: applied once and taken back; can be applied again. `failed`: applying or undoing ended and the files are as they were before, see `problem`; can be
 * tried again. `discarded`: for the record only.
 */
export const CHANGE_SET_STATES = ["validating", "ready", "applying", "applied", "undone", "discarded", "failed"] as const;
export const ChangeSetStateSchema = z.enum(CHANGE_SET_STATES);
export type ChangeSetState = z.output<typeof ChangeSetStateSchema>;

/** `mixed`: its lines are decided differently. */
export const HUNK_DECISIONS = ["accepted", "rejected", "undecided", "mixed"] as const;
export const DecisionSchema = z.enum(["accepted", "rejected", "undecided"]);
export type Decision = z.output<typeof DecisionSchema>;

export const HunkSchema = z.object({
  /** Stays the same as long as the hunk does. */
  id: z.string(),
  /** `text`: lines. `mode`: whether it can be run as a program. `file`: an empty file that comes or goes. */
  kind: z.enum(["text", "mode", "file"]),
  /** 1-based line of the original where the removed lines begin; with none, the line before which lines are added. */
  baseStart: z.int().min(1),
  baseLines: z.int().min(0),
  /** The same in the proposal. */
  newStart: z.int().min(1),
  newLines: z.int().min(0),
  reason: z.string(),
  /** Where it comes from; null: where the whole change comes from, or a reviewer's own hand. */
  provenance: ProvenanceSchema.nullable().default(null),
  decision: z.enum(HUNK_DECISIONS),
  /** One of `a`, `r`, `u` (accepted, rejected, undecided) per line: the removed ones first, then the added ones. Null when all are decided alike. */
  lines: z.string().nullable(),
});
export type Hunk = z.output<typeof HunkSchema>;

export const ChangeFileSchema = z.object({
  id: z.uuid(),
  path: ChangePathSchema,
  kind: ChangeKindSchema,
  baseHash: ContentHashSchema.nullable(),
  /** Null: it is deleted. */
  proposalHash: ContentHashSchema.nullable(),
  /** Null: left as it is. */
  executable: z.boolean().nullable(),
  reason: z.string(),
  /** Lines. */
  additions: z.int(),
  deletions: z.int(),
  hunks: z.array(HunkSchema),
  /** Whether a reviewer changed the proposal. */
  edited: z.boolean(),
  /** Hand it back when deciding or editing. */
  version: z.string(),
});
export type ChangeFile = z.output<typeof ChangeFileSchema>;

export const CommentSchema = z.object({
  id: z.uuid(),
  fileId: z.uuid(),
  side: z.enum(["original", "proposal"]),
  /** 1-based. */
  line: z.int(),
  text: z.string(),
  createdBy: UserIdSchema.nullable(),
  createdAt: IsoTimeSchema,
});
export type Comment = z.output<typeof CommentSchema>;

const CountsSchema = z.object({ files: z.int(), additions: z.int(), deletions: z.int(), hunks: z.int(), accepted: z.int(), rejected: z.int() });

export const ChangeSetSummarySchema = z.object({
  id: ChangeSetIdSchema,
  organizationId: OrganizationIdSchema,
  projectId: ProjectIdSchema,
  title: z.string(),
  reason: z.string(),
  origin: ChangeOriginSchema,
  state: ChangeSetStateSchema,
  /** Hunks of which some lines are undecided count neither as accepted nor as rejected. */
  counts: CountsSchema,
  /** What is under way, or the last that was: validating, applying, undoing. Can be watched and cancelled as one's own job. */
  job: ProjectJobSchema.nullable(),
  /** Why the last apply or undo failed. */
  problem: ProjectProblemSchema.extend({ details: z.record(z.string(), z.unknown()).nullable() }).nullable(),
  /** The state of the files before it was applied. */
  checkpointId: z.uuid().nullable(),
  /** Null: the product itself. */
  createdBy: UserIdSchema.nullable(),
  createdAt: IsoTimeSchema,
  updatedAt: IsoTimeSchema,
  appliedAt: IsoTimeSchema.nullable(),
  /** Of its decisions and edits. Hand it back when applying or undoing. */
  version: z.string(),
});
export type ChangeSetSummary = z.output<typeof ChangeSetSummarySchema>;

export const ChangeSetSchema = ChangeSetSummarySchema.extend({ files: z.array(ChangeFileSchema), comments: z.array(CommentSchema), validation: ValidationSchema });
export type ChangeSet = z.output<typeof ChangeSetSchema>;

export const ChangeSetInputSchema = z.object({ id: ChangeSetIdSchema });
export type ChangeSetInput = z.output<typeof ChangeSetInputSchema>;
/** `waitMs`: answer when nothing is under way (any more), or after this time. */
export const GetChangeSetInputSchema = ChangeSetInputSchema.extend({ waitMs: WaitSchema });
export type GetChangeSetInput = z.output<typeof GetChangeSetInputSchema>;

/** Newest first. Without `state` and `states` all but the discarded ones. */
export const ListChangeSetsInputSchema = z.object({
  projectId: ProjectIdSchema,
  state: ChangeSetStateSchema.optional(),
  states: z.array(ChangeSetStateSchema).min(1).max(CHANGE_SET_STATES.length).optional().describe("In one of these states"),
  ...pageInput,
});
export type ListChangeSetsInput = z.output<typeof ListChangeSetsInputSchema>;
export const ChangeSetPageSchema = pageOf(ChangeSetSummarySchema);
export type ChangeSetPage = z.output<typeof ChangeSetPageSchema>;

export const WatchChangeSetsInputSchema = z.object({ projectId: ProjectIdSchema, ...resumeInput });
export type WatchChangeSetsInput = z.output<typeof WatchChangeSetsInputSchema>;
/** A change set of the project is there now, or changed. */
export const ChangeSetNoticeSchema = ChangeSetSummarySchema.pick({ id: true, state: true, updatedAt: true });
export type ChangeSetNotice = z.output<typeof ChangeSetNoticeSchema>;

export const ChangeFileInputSchema = z.object({ id: ChangeSetIdSchema, fileId: z.uuid() });
export type ChangeFileInput = z.output<typeof ChangeFileInputSchema>;
/** Null: the file is not there. `accepted`: what applying makes of the original; what is not accepted stays as it is. */
export const ChangeFileTextsSchema = z.object({ file: ChangeFileSchema, original: z.string().nullable(), proposal: z.string().nullable(), accepted: z.string().nullable() });
export type ChangeFileTexts = z.output<typeof ChangeFileTextsSchema>;

/** How a file's original compares with what is in the project now. `merges`: both changes can be put together. `conflicts`: they meet in the hunks named. */
export const BaseStateSchema = z.object({ fileId: z.uuid(), state: z.enum(["current", "merges", "conflicts"]), hunkIds: z.array(z.string()) });
export type BaseState = z.output<typeof BaseStateSchema>;
export const BaseStatesSchema = z.object({ items: z.array(BaseStateSchema) });
export type BaseStates = z.output<typeof BaseStatesSchema>;

/** Without `hunks` all of the file. `lines`: places in the hunk's list of lines, removed ones first. */
const DecisionTargetSchema = z.object({
  fileId: z.uuid(),
  version: VersionSchema,
  hunks: z.array(z.object({ id: z.string().max(100), lines: z.array(z.int().min(0)).min(1).max(50_000).optional() })).min(1).max(MAX_HUNKS).optional(),
});
export const DecideChangesInputSchema = z.object({ id: ChangeSetIdSchema, decision: DecisionSchema, targets: z.array(DecisionTargetSchema).min(1).max(MAX_CHANGE_FILES) });
export type DecideChangesInput = z.output<typeof DecideChangesInputSchema>;
export const ChangeFilesSchema = z.object({ files: z.array(ChangeFileSchema) });
export type ChangeFiles = z.output<typeof ChangeFilesSchema>;

export const EditProposalInputSchema = z.object({ id: ChangeSetIdSchema, fileId: z.uuid(), version: VersionSchema, content: z.string().max(MAX_CHANGE_FILE_CHARS) });
export type EditProposalInput = z.output<typeof EditProposalInputSchema>;

export const AddCommentInputSchema = z.object({
  id: ChangeSetIdSchema,
  fileId: z.uuid(),
  side: z.enum(["original", "proposal"]),
  line: z.int().min(1).max(10_000_000),
  text: textSchema(5_000).refine((text) => text.trim() !== "", "must not be empty"),
});
export type AddCommentInput = z.output<typeof AddCommentInputSchema>;
export const CommentInputSchema = z.object({ id: ChangeSetIdSchema, commentId: z.uuid() });
export type CommentInput = z.output<typeof CommentInputSchema>;

export const ApplyChangeSetInputSchema = z.object({
  id: ChangeSetIdSchema,
  /** The version that was reviewed: somebody's later decision is never applied unseen. */
  version: VersionSchema,
  /** What to do with files that changed since: refuse, or put both changes together where they do not meet. */
  stale: z.enum(["refuse", "merge"]).default("refuse"),
  /** Whether what is accepted must pass the project's checks first. */
  validation: z.enum(["require", "skip"]).default("require"),
});
export type ApplyChangeSetInput = z.output<typeof ApplyChangeSetInputSchema>;
export const UndoChangeSetInputSchema = z.object({ id: ChangeSetIdSchema, version: VersionSchema, stale: z.enum(["refuse", "merge"]).default("refuse") });
export type UndoChangeSetInput = z.output<typeof UndoChangeSetInputSchema>;
