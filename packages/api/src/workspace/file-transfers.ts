import { defineTransfer } from "@coder/shared";
import { describeEntries } from "./describe-entries.ts";
import { ReadFileInputSchema, WriteFileInputSchema, WrittenFileSchema } from "./file-schemas.ts";

const tags = ["workspace"];

export const fileTransfers = {
  /** A file's bytes, or a range of them. `etag` is `"sha256:<hex>"` of the whole file; it breaks off when the file changes meanwhile. */
  readFile: defineTransfer({
    method: "GET",
    path: "/workspaces/{projectId}/file",
    permission: "workspace.file.read",
    input: ReadFileInputSchema,
    tags,
    summary: "Read or download a file",
  }),

  /** Replaces or creates a file as a whole. `stale_write` (409) says in its details what is there now. */
  writeFile: defineTransfer({
    method: "PUT",
    path: "/workspaces/{projectId}/file",
    permission: "workspace.file.write",
    input: WriteFileInputSchema,
    output: WrittenFileSchema,
    tags,
    summary: "Write a file",
    audit: { describe: describeEntries },
  }),
};
