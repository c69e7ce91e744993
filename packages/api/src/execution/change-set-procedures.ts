import { auditFacts, DoneSchema } from "@coder/shared";
import { liveOf, procedure } from "@coder/shared/trpc";
import {
  AddCommentInputSchema, ApplyChangeSetInputSchema, BaseStatesSchema, ChangeFileInputSchema, ChangeFileSchema, ChangeFilesSchema, ChangeFileTextsSchema, ChangeSetInputSchema, ChangeSetNoticeSchema,
  ChangeSetPageSchema, ChangeSetSchema, ChangeSetSummarySchema, CommentInputSchema, CommentSchema, CreateChangeSetInputSchema, DecideChangesInputSchema, EditProposalInputSchema,
  GetChangeSetInputSchema, ListChangeSetsInputSchema, UndoChangeSetInputSchema, WatchChangeSetsInputSchema,
} from "./change-set-schemas.ts";
import { executionRef } from "./service.ts";

const tags = ["execution"];
/** Which change set, of which project, and how it stands. */
const describe = auditFacts("change-set", "id", ChangeSetSummarySchema, ["projectId", "title", "state"]);
/** What is done to a part of a change set is told by whose part it is. */
const describePart: typeof describe = ({ input }) => auditFacts("change-set", "id", ChangeSetInputSchema)({ input, output: undefined });
/** Going through the hunks of a large change, key by key. */
const rateLimit = { limit: 1_200, windowSeconds: 60, by: "caller" } as const;

export const changeSetProcedures = {
  createChangeSet: procedure
    .meta({
      permission: "execution.changeSet.create",
      openapi: { method: "POST", path: "/execution/change-sets", tags, summary: "Propose a change of files" },
      audit: { describe },
    })
    .input(CreateChangeSetInputSchema)
    .output(ChangeSetSchema)
    .mutation(({ ctx, input }) => ctx.service(executionRef).createChangeSet(ctx.caller, input)),

  listChangeSets: procedure
    .meta({ permission: "execution.changeSet.read", openapi: { method: "GET", path: "/execution/change-sets", tags, summary: "List a project's proposed changes, newest first" } })
    .input(ListChangeSetsInputSchema)
    .output(ChangeSetPageSchema)
    .query(({ ctx, input }) => ctx.service(executionRef).listChangeSets(ctx.caller, input)),

  getChangeSet: procedure
    .meta({ permission: "execution.changeSet.read", openapi: { method: "GET", path: "/execution/change-sets/{id}", tags, summary: "Read a proposed change, at once or when nothing is under way" } })
    .input(GetChangeSetInputSchema)
    .output(ChangeSetSchema)
    .query(({ ctx, input, signal }) => ctx.service(executionRef).getChangeSet(ctx.caller, input, signal ?? ctx.signal)),

  getChangeFile: procedure
    .meta({ permission: "execution.changeSet.read", openapi: { method: "GET", path: "/execution/change-sets/{id}/files/{fileId}", tags, summary: "Read one file of a proposed change" } })
    .input(ChangeFileInputSchema)
    .output(ChangeFileTextsSchema)
    .query(({ ctx, input }) => ctx.service(executionRef).getChangeFile(ctx.caller, input)),

  checkBases: procedure
    .meta({ permission: "execution.changeSet.read", openapi: { method: "GET", path: "/execution/change-sets/{id}/bases", tags, summary: "Compare a proposed change with the files as they are now" } })
    .input(ChangeSetInputSchema)
    .output(BaseStatesSchema)
    .query(({ ctx, input }) => ctx.service(executionRef).checkBases(ctx.caller, input)),

  watchChangeSets: procedure
    .meta({ permission: "execution.changeSet.read", stream: { tags, summary: "Follow a project's proposed changes" } })
    .input(WatchChangeSetsInputSchema)
    .output(liveOf(ChangeSetNoticeSchema))
    .subscription(({ ctx, input, signal }) => ctx.service(executionRef).watchChangeSets(ctx.caller, input, signal ?? ctx.signal)),

  decideChanges: procedure
    .meta({
      permission: "execution.changeSet.review",
      openapi: { method: "POST", path: "/execution/change-sets/{id}/decisions", tags, summary: "Accept or reject hunks or lines" },
      rateLimit,
      audit: { describe: describePart },
    })
    .input(DecideChangesInputSchema)
    .output(ChangeFilesSchema)
    .mutation(({ ctx, input }) => ctx.service(executionRef).decideChanges(ctx.caller, input)),

  editProposal: procedure
    .meta({
      permission: "execution.changeSet.review",
      openapi: { method: "PUT", path: "/execution/change-sets/{id}/files/{fileId}/proposal", tags, summary: "Change what is proposed for a file" },
      rateLimit,
      audit: { describe: describePart },
    })
    .input(EditProposalInputSchema)
    .output(ChangeFileSchema)
    .mutation(({ ctx, input }) => ctx.service(executionRef).editProposal(ctx.caller, input)),

  addComment: procedure
    .meta({
      permission: "execution.changeSet.review",
      openapi: { method: "POST", path: "/execution/change-sets/{id}/comments", tags, summary: "Comment on a line" },
      audit: { describe: describePart },
    })
    .input(AddCommentInputSchema)
    .output(CommentSchema)
    .mutation(({ ctx, input }) => ctx.service(executionRef).addComment(ctx.caller, input)),

  deleteComment: procedure
    .meta({
      permission: "execution.changeSet.review",
      openapi: { method: "DELETE", path: "/execution/change-sets/{id}/comments/{commentId}", tags, summary: "Delete a comment of one's own" },
      audit: { describe: describePart },
    })
    .input(CommentInputSchema)
    .output(DoneSchema)
    .mutation(({ ctx, input }) => ctx.service(executionRef).deleteComment(ctx.caller, input)),

  validateChangeSet: procedure
    .meta({
      permission: "execution.changeSet.review",
      openapi: { method: "POST", path: "/execution/change-sets/{id}/validation", tags, summary: "Check a proposed change on a copy" },
      audit: { describe },
    })
    .input(ChangeSetInputSchema)
    .output(ChangeSetSummarySchema)
    .mutation(({ ctx, input }) => ctx.service(executionRef).validateChangeSet(ctx.caller, input)),

  applyChangeSet: procedure
    .meta({
      permission: "execution.changeSet.apply",
      openapi: { method: "POST", path: "/execution/change-sets/{id}/apply", tags, summary: "Apply what is accepted" },
      audit: { describe },
    })
    .input(ApplyChangeSetInputSchema)
    .output(ChangeSetSummarySchema)
    .mutation(({ ctx, input }) => ctx.service(executionRef).applyChangeSet(ctx.caller, input)),

  undoChangeSet: procedure
    .meta({
      permission: "execution.changeSet.apply",
      openapi: { method: "POST", path: "/execution/change-sets/{id}/undo", tags, summary: "Take an applied change back" },
      audit: { describe },
    })
    .input(UndoChangeSetInputSchema)
    .output(ChangeSetSummarySchema)
    .mutation(({ ctx, input }) => ctx.service(executionRef).undoChangeSet(ctx.caller, input)),

  discardChangeSet: procedure
    .meta({
      permission: "execution.changeSet.review",
      openapi: { method: "POST", path: "/execution/change-sets/{id}/discard", tags, summary: "Set a proposed change aside" },
      audit: { describe },
    })
    .input(ChangeSetInputSchema)
    .output(ChangeSetSummarySchema)
    .mutation(({ ctx, input }) => ctx.service(executionRef).discardChangeSet(ctx.caller, input)),
};
