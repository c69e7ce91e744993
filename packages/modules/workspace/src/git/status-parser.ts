import type { GitEntry, GitStatus } from "@coder/api/workspace";
import { textOfBytes } from "@coder/work-tree";

type ParsedStatus = Pick<GitStatus, "branch" | "commit" | "detached" | "upstream" | "ahead" | "behind" | "entries" | "limited">;

/** Fields before the path in a line of each kind. */
const ORDINARY_FIELDS = 8;
const RENAMED_FIELDS = 9;
const UNMERGED_FIELDS = 10;

/** What `git status --porcelain=v2 --branch -z` says. */
export function parseStatus(output: Buffer, maxEntries: number): ParsedStatus {
  // Latin-1 keeps every byte of a name.
  const records = output.toString("latin1").split("\0");
  const facts: Omit<ParsedStatus, "entries" | "limited"> = { branch: null, commit: null, detached: false, upstream: null, ahead: 0, behind: 0 };
  const entries: GitEntry[] = [];
  for (let at = 0; at < records.length; at += 1) {
    const record = records[at] ?? "";
    if (record.startsWith("# ")) Object.assign(facts, headerOf(record));
    else if (record.startsWith("1 ")) entries.push(ordinary(record));
    else if (record.startsWith("u ")) entries.push({ ...lettersOf(record), path: pathAfter(record, UNMERGED_FIELDS), from: null, kind: "conflict" });
    else if (record.startsWith("? ")) entries.push({ path: untrackedPath(record), from: null, index: "?", worktree: "?", kind: "untracked" });
    else if (record.startsWith("2 ")) {
      at += 1;
      const kind = isSubmodule(record) ? "submodule" : "renamed";
      entries.push({ ...lettersOf(record), path: pathAfter(record, RENAMED_FIELDS), from: nameOf(records[at] ?? ""), kind });
    }
  }
  return { ...facts, entries: entries.slice(0, maxEntries), limited: entries.length > maxEntries };
}

function headerOf(record: string): Partial<ParsedStatus> {
  const [, name = "", ...rest] = record.split(" ");
  const value = nameOf(rest.join(" "));
  switch (name) {
    case "branch.oid":
      return { commit: value === "(initial)" ? null : value };
    case "branch.head":
      return value === "(detached)" ? { branch: null, detached: true } : { branch: value };
    case "branch.upstream":
      return { upstream: value };
    case "branch.ab":
      return { ahead: Number(rest[0]), behind: -Number(rest[1]) };
    default:
      return {};
  }
}

function ordinary(record: string): GitEntry {
  return { ...lettersOf(record), path: pathAfter(record, ORDINARY_FIELDS), from: null, kind: isSubmodule(record) ? "submodule" : "changed" };
}

function lettersOf(record: string): Pick<GitEntry, "index" | "worktree"> {
  return { index: record.charAt(2), worktree: record.charAt(3) };
}

function isSubmodule(record: string): boolean {
  return record.charAt(5) === "S";
}

/** The rest of a record after so many fields: a path may hold blanks. */
function pathAfter(record: string, fields: number): string {
  let at = 0;
  for (let field = 0; field < fields; field += 1) at = record.indexOf(" ", at) + 1;
  return nameOf(record.slice(at));
}

function untrackedPath(record: string): string {
  return nameOf(record.slice(2).replace(/\/$/, ""));
}

function nameOf(latin1: string): string {
  return textOfBytes(Buffer.from(latin1, "latin1"));
}
