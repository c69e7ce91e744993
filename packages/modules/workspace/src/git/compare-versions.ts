import { readlink } from "node:fs/promises";
import type { GitDiff, GitDiffInput, ProjectPath } from "@coder/api/workspace";
import { isAppError } from "@coder/shared";
import { readSmallFile, statOrNull, textOfBytes, type ProjectTree } from "@coder/work-tree";
import { brokenRepository, isGitFailure } from "./errors.ts";
import type { IGitRunner } from "./IGitRunner.ts";
import { isThere } from "./operation-of.ts";
import { hasOddBytes, pathspec } from "./pathspec.ts";

/** Larger files are not compared as text. */
const MAX_COMPARED_BYTES = 5 * 1024 * 1024;
/** git takes a file for binary that has a NUL so far at its beginning. */
const BINARY_PROBE_BYTES = 8_000;

interface Repository {
  readonly git: IGitRunner;
  readonly tree: ProjectTree;
  readonly signal: AbortSignal;
}

/** One side: its bytes, or why there are none to compare. */
type Version = { readonly kind: "bytes"; readonly bytes: Buffer } | { readonly kind: "missing" | "too-large" };

const MISSING: Version = { kind: "missing" };
const TOO_LARGE: Version = { kind: "too-large" };

/** Where a version lies in the repository. */
interface Stored {
  readonly mode: string;
  readonly id: string;
}

export async function compareVersions(repository: Repository, { path, originalPath, from, to }: Pick<GitDiffInput, "path" | "originalPath" | "from" | "to">): Promise<GitDiff> {
  const before = originalPath ?? path;
  // Against the work tree a stored version is seen as a checkout would write it, line ends and all.
  const asCheckedOut = to === "worktree";
  const [original, modified] = await Promise.all([
    storedVersion(repository, from === "head" ? await inHead(repository, before) : await inIndex(repository, before), before, asCheckedOut),
    to === "worktree" ? workTreeVersion(repository, path) : storedVersion(repository, await inIndex(repository, path), path, false),
  ]);
  const binary = isBinary(original) || isBinary(modified);
  const tooLarge = original.kind === "too-large" || modified.kind === "too-large";
  const text = (version: Version): string | null => (version.kind === "bytes" && !binary && !tooLarge ? version.bytes.toString("utf8") : null);
  return { original: text(original), modified: text(modified), binary, tooLarge };
}

async function inHead({ git, tree, signal }: Repository, path: ProjectPath): Promise<Stored | null> {
  try {
    // ls-tree knows no patterns: a name that is not text is looked for among all.
    const args = hasOddBytes(path) ? ["ls-tree", "-r", "-z", "--full-tree", "HEAD"] : ["--literal-pathspecs", "ls-tree", "-z", "--full-tree", "HEAD", "--", path];
    const { stdout } = await git.read(tree.directory, args, { signal });
    return storedAt(stdout, path, /^(?<mode>\d+) \w+ (?<id>[0-9a-f]+)$/);
  } catch (error) {
    // Before the first commit.
    if (isGitFailure(error) && brokenRepository(error) === null) return null;
    throw error;
  }
}

/** In a conflict our version stands for the index, or theirs where we have none. */
async function inIndex({ git, tree, signal }: Repository, path: ProjectPath): Promise<Stored | null> {
  const { stdout } = await git.read(tree.directory, ["ls-files", "--stage", "-z", "--full-name", "--", pathspec(path)], { signal });
  for (const stage of ["0", "2", "3"]) {
    const stored = storedAt(stdout, path, new RegExp(`^(?<mode>\\d+) (?<id>[0-9a-f]+) ${stage}$`));
    if (stored) return stored;
  }
  return null;
}

/** Of records `facts TAB path`. */
function storedAt(output: Buffer, path: ProjectPath, facts: RegExp): Stored | null {
  for (const record of output.toString("latin1").split("\0")) {
    const tab = record.indexOf("\t");
    if (textOfBytes(Buffer.from(record.slice(tab + 1), "latin1")) !== path) continue;
    const { mode, id } = facts.exec(record.slice(0, tab))?.groups ?? {};
    if (mode !== undefined && id !== undefined) return { mode, id };
  }
  return null;
}

async function storedVersion({ git, tree, signal }: Repository, stored: Stored | null, path: ProjectPath, asCheckedOut: boolean): Promise<Version> {
  if (!stored || stored.mode === "040000") return MISSING;
  if (stored.mode === "160000") return { kind: "bytes", bytes: Buffer.from(`Subproject commit ${stored.id}\n`) };
  const size = Number((await git.read(tree.directory, ["cat-file", "-s", stored.id], { signal })).stdout.toString());
  if (size > MAX_COMPARED_BYTES) return TOO_LARGE;
  if (asCheckedOut && stored.mode !== "120000" && !hasOddBytes(path)) {
    try {
      return { kind: "bytes", bytes: (await git.read(tree.directory, ["cat-file", "--filters", `--path=${path}`, stored.id], { signal })).stdout };
    } catch (error) {
      // A filter of the project that does not work here: then what is stored is shown.
      if (!isGitFailure(error)) throw error;
    }
  }
  return { kind: "bytes", bytes: (await git.read(tree.directory, ["cat-file", "blob", stored.id], { signal })).stdout };
}

async function workTreeVersion({ git, tree, signal }: Repository, path: ProjectPath): Promise<Version> {
  const found = await whatIsThere(tree, path);
  if (found !== "folder") return found;
  // A folder in the place of a file is a submodule, or nothing that git compares.
  if (hasOddBytes(path) || !(await isThere(tree, `${path}/.git`))) return MISSING;
  try {
    const { stdout } = await git.read(tree.directory, ["-C", path, "rev-parse", "--verify", "HEAD"], { signal });
    return { kind: "bytes", bytes: Buffer.from(`Subproject commit ${stdout.toString().trim()}\n`) };
  } catch (error) {
    if (isGitFailure(error)) return MISSING;
    throw error;
  }
}

async function whatIsThere(tree: ProjectTree, path: ProjectPath): Promise<Version | "folder"> {
  try {
    return await tree.at(path, async (place) => {
      const stats = await statOrNull(place.entry);
      if (stats?.isSymbolicLink()) return { kind: "bytes", bytes: await readlink(place.entry, { encoding: "buffer" }) };
      if (stats?.isDirectory()) return "folder";
      if (!stats?.isFile()) return MISSING;
      if (stats.size > MAX_COMPARED_BYTES) return TOO_LARGE;
      const bytes = await readSmallFile(place.entry, MAX_COMPARED_BYTES);
      return bytes ? { kind: "bytes", bytes } : MISSING;
    });
  } catch (error) {
    if (isAppError(error) && error.code === "entry_not_found") return MISSING;
    throw error;
  }
}

function isBinary(version: Version): boolean {
  return version.kind === "bytes" && version.bytes.subarray(0, BINARY_PROBE_BYTES).includes(0);
}
