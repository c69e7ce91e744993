import type { ChangeFile, ChangeSet, ChangeSetSummary, Comment } from "@coder/api/execution";
import type { Stored } from "@coder/db";
import type { ChangeFileRow, ChangeSetRow, CommentRow } from "../../entities.ts";

/** Of the decisions and edits that the row tells of. Not the row's own: a check that goes on, or a comment, changes nothing of what is applied. */
export function versionOf({ revision }: Pick<ChangeSetRow, "revision">): string {
  return String(revision);
}

export function summaryOf({ files, additions, deletions, hunks, accepted, rejected, task, ...row }: Stored<ChangeSetRow>): ChangeSetSummary {
  return {
    id: row.id, organizationId: row.organizationId, projectId: row.projectId, title: row.title, reason: row.reason, origin: row.origin, state: row.state,
    counts: { files, additions, deletions, hunks, accepted, rejected },
    job: task && { id: task.jobId, name: task.jobName },
    problem: row.problem, checkpointId: row.checkpointId, createdBy: row.createdBy, createdAt: row.createdAt, updatedAt: row.updatedAt, appliedAt: row.appliedAt,
    version: versionOf(row),
  };
}

export function changeSetOf(row: Stored<ChangeSetRow>, files: readonly Stored<ChangeFileRow>[], comments: readonly Stored<CommentRow>[]): ChangeSet {
  const { revision, stages, ...validation } = row.validation;
  const isChecked = row.state === "validating" || row.state === "applying";
  return {
    ...summaryOf(row),
    files: files.map(changeFileOf),
    comments: comments.map(commentOf),
    // A check that nobody waited for any more has not ended.
    validation: { ...validation, stages: stages.map((stage) => (stage.state === "running" && !isChecked ? { ...stage, state: "waiting" } : stage)), outdated: revision !== null && revision !== row.revision },
  };
}

export function changeFileOf({ etag, ...row }: Stored<ChangeFileRow>): ChangeFile {
  return {
    id: row.id, path: row.path, kind: row.kind, baseHash: row.baseHash, proposalHash: row.proposalHash, executable: row.executable, reason: row.reason,
    additions: row.additions, deletions: row.deletions, hunks: row.hunks, edited: row.edited, version: etag,
  };
}

export function commentOf({ id, fileId, side, line, text, createdBy, createdAt }: Stored<CommentRow>): Comment {
  return { id, fileId, side, line, text, createdBy, createdAt };
}
