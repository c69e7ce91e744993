import type { GitDiff, GitDiffInput, GitLog, GitLogInput, GitStatus, GitStatusInput, ProjectId } from "@coder/api/workspace";
import { isAppError, type Caller } from "@coder/shared";
import type { ProjectDirectories, ProjectTree, ProjectTrees } from "@coder/work-tree";
import type { ProjectAccess } from "../projects/ProjectAccess.ts";
import { compareVersions } from "./compare-versions.ts";
import { brokenRepository, isGitFailure, notARepository } from "./errors.ts";
import type { IGitRunner } from "./IGitRunner.ts";
import { logArguments, parseLog } from "./log.ts";
import { isThere, operationOf } from "./operation-of.ts";
import { parseStatus } from "./status-parser.ts";

export interface GitDeps {
  readonly access: ProjectAccess;
  readonly directories: ProjectDirectories;
  readonly trees: ProjectTrees;
  readonly git: IGitRunner;
}

const MAX_ENTRIES = 10_000;
const NO_REPOSITORY: GitStatus = { repository: false, problem: null, branch: null, commit: null, detached: false, upstream: null, ahead: 0, behind: 0, operation: null, entries: [], limited: false };

/** What git takes a folder for a repository by. */
const PARTS = ["HEAD", "objects", "refs"];

/** What git says of a project. git itself runs as foreign code: a repository's configuration, hooks, filters and attributes can start programs. */
export class Git {
  readonly #deps: GitDeps;

  constructor(deps: GitDeps) {
    this.#deps = deps;
  }

  async status(caller: Caller, { projectId }: GitStatusInput, signal: AbortSignal): Promise<GitStatus> {
    const tree = await this.#tree(caller, projectId);
    if (!(await isThere(tree, ".git"))) return NO_REPOSITORY;
    try {
      const { output, complete } = await this.#statusOutput(tree, signal);
      const parsed = parseStatus(output, MAX_ENTRIES);
      return { repository: true, problem: null, operation: await operationOf(tree), ...parsed, limited: parsed.limited || !complete };
    } catch (error) {
      const problem = await whyNone(tree, error);
      if (problem === null) throw error;
      return { ...NO_REPOSITORY, problem };
    }
  }

  async diff(caller: Caller, input: GitDiffInput, signal: AbortSignal): Promise<GitDiff> {
    return this.#inRepository(caller, input.projectId, (tree) => compareVersions({ git: this.#deps.git, tree, signal }, input));
  }

  async log(caller: Caller, input: GitLogInput, signal: AbortSignal): Promise<GitLog> {
    const { git } = this.#deps;
    return this.#inRepository(caller, input.projectId, async (tree) => {
      try {
        const { stdout } = await git.read(tree.directory, logArguments(input), { signal });
        return parseLog(stdout, input);
      } catch (error) {
        // Before the first commit there is none to list.
        if (isGitFailure(error) && brokenRepository(error) === null && input.cursor === undefined && !(await this.#hasCommit(tree, signal))) return { items: [], nextCursor: null };
        throw error;
      }
    });
  }

  /** With too much that is untracked to tell of, what is tracked is told alone. */
  async #statusOutput(tree: ProjectTree, signal: AbortSignal): Promise<{ readonly output: Buffer; readonly complete: boolean }> {
    const { git } = this.#deps;
    const args = ["status", "--porcelain=v2", "--branch", "-z"];
    try {
      return { output: (await git.read(tree.directory, [...args, "--untracked-files=normal"], { signal })).stdout, complete: true };
    } catch (error) {
      if (!isAppError(error) || error.code !== "git_output_too_large") throw error;
      return { output: (await git.read(tree.directory, [...args, "--untracked-files=no"], { signal })).stdout, complete: false };
    }
  }

  async #hasCommit(tree: ProjectTree, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#deps.git.read(tree.directory, ["rev-parse", "--quiet", "--verify", "HEAD^{commit}"], { signal });
      return true;
    } catch (error) {
      if (isGitFailure(error)) return false;
      throw error;
    }
  }

  async #inRepository<Result>(caller: Caller, projectId: ProjectId, use: (tree: ProjectTree) => Promise<Result>): Promise<Result> {
    const tree = await this.#tree(caller, projectId);
    if (!(await isThere(tree, ".git"))) throw notARepository();
    try {
      return await use(tree);
    } catch (error) {
      const problem = await whyNone(tree, error);
      throw problem === null ? error : notARepository(problem);
    }
  }

  async #tree(caller: Caller, projectId: ProjectId): Promise<ProjectTree> {
    const { access, directories, trees } = this.#deps;
    return trees.of(directories.of(await access.requireProject(caller, projectId)).tree);
  }
}

/** Why git does not take `.git` for a repository; null when it failed for another reason. */
async function whyNone(tree: ProjectTree, error: unknown): Promise<string | null> {
  const said = brokenRepository(error);
  if (said === null) return null;
  const there = await Promise.all(PARTS.map((part) => isThere(tree, `.git/${part}`)));
  const missing = PARTS.filter((_part, at) => !there[at]);
  // A file that says where the repository is has no parts itself.
  return missing.length > 0 && missing.length < PARTS.length ? `.git has no ${missing.join(" and no ")}` : said;
}
