import type { GitCommit, GitLog, GitLogInput } from "@coder/api/workspace";
import { z } from "zod";
import { pathspec } from "./pathspec.ts";

const FIELDS = ["%H", "%P", "%an", "%ae", "%aI", "%s"] as const;
const TimeSchema = z.iso.datetime({ offset: true });
const EPOCH = "1970-01-01T00:00:00Z";

/** One commit more than is asked for, which says whether there is another page. Pages are cut from one and the same history, whatever is committed meanwhile. */
export function logArguments({ path, limit, cursor }: Pick<GitLogInput, "path" | "limit" | "cursor">): readonly string[] {
  const [commit = "HEAD", skip = "0"] = cursor?.split(":") ?? [];
  return [
    "-c", "log.showSignature=false", "log", "-z", "--no-color", "--no-decorate", "--no-notes", "--encoding=UTF-8", `--format=${FIELDS.join("%x00")}`,
    `--max-count=${limit + 1}`, `--skip=${skip}`, commit, "--", ...(path === undefined ? [] : [pathspec(path)]),
  ];
}

export function parseLog(output: Buffer, { limit, cursor }: Pick<GitLogInput, "limit" | "cursor">): GitLog {
  const fields = output.toString("utf8").split("\0");
  const items: GitCommit[] = [];
  for (let at = 0; at + FIELDS.length <= fields.length; at += FIELDS.length) {
    const [id = "", parents = "", authorName = "", authorEmail = "", authoredAt, subject = ""] = fields.slice(at, at + FIELDS.length);
    items.push({ id, parents: parents.split(" ").filter(Boolean), authorName, authorEmail, authoredAt: TimeSchema.safeParse(authoredAt).data ?? EPOCH, subject });
  }
  const [start = items[0]?.id ?? "", skip = "0"] = cursor?.split(":") ?? [];
  return { items: items.slice(0, limit), nextCursor: items.length > limit ? `${start}:${Number(skip) + limit}` : null };
}
