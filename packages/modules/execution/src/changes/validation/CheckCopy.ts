import { constants } from "node:fs";
import { chmod, copyFile, mkdir, readlink, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ISandbox, SandboxBind, SandboxResult } from "@coder/sandbox";
import { bytesOfText, DEPENDENCY_FOLDERS, joined, ProjectTree, removeAll, statOrNull, temporaryIn, walkTree, type WalkFilter } from "@coder/work-tree";
import type { Subject, SubjectFile } from "./stage.ts";

const MAX_FILES = 30_000;
const MAX_BYTES = 1024 ** 3;
const COPIES_AT_A_TIME = 32;

export interface CheckLimits {
  readonly wallSeconds: number;
  readonly memoryBytes: number;
}

/** A project that is too large to be copied for a check. */
export class TooLargeToCopy extends Error {}

/**
 * A project's files in a place of their own, as they would be with a change: checks run on it and can do it no harm. Dependencies are not copied but shown
 * read-only where they are.
 */
export class CheckCopy {
  readonly #sandbox: ISandbox;
  readonly #tree: ProjectTree;
  readonly #binds: readonly SandboxBind[];
  readonly #files: readonly SubjectFile[];

  private constructor(sandbox: ISandbox, tree: ProjectTree, binds: readonly SandboxBind[], files: readonly SubjectFile[]) {
    this.#sandbox = sandbox;
    this.#tree = tree;
    this.#binds = binds;
    this.#files = files;
  }

  /** As the project is with the change. It is gone when the subject's stages have ended. */
  static async make(sandbox: ISandbox, subject: Subject, signal: AbortSignal): Promise<CheckCopy> {
    const { project, files } = subject;
    const target = temporaryIn(project.directory.staging);
    subject.onEnd(() => removeAll(target));
    await sandbox.prepareTree(target);
    const binds = await copyTree(project.tree, target, signal);
    const copy = new CheckCopy(sandbox, new ProjectTree(target), binds, files);
    await copy.show("text");
    await sandbox.adoptTree(target);
    return copy;
  }

  /** Shows the files as they would be (`text`), or as they were (`base`). */
  async show(which: "text" | "base"): Promise<void> {
    for (const file of this.#files) await this.#write(file.path, file[which], file.executable);
    await this.#sandbox.adoptFiles(this.#tree.directory, this.#files.map((file) => file.path));
  }

  async has(file: string): Promise<boolean> {
    const shown = this.#binds.find(({ to }) => `/workspace/${file}`.startsWith(`${to}/`));
    if (shown) return (await statOrNull(Buffer.from(path.join(shown.from, `/workspace/${file}`.slice(shown.to.length))))) !== null;
    return this.#tree.at(file, async ({ entry }) => (await statOrNull(entry)) !== null).catch(() => false);
  }

  /** Runs Node on a program of the project. */
  run(args: readonly string[], limits: CheckLimits, signal: AbortSignal): Promise<SandboxResult> {
    return this.#sandbox.run({
      command: "node",
      args,
      tree: { path: this.#tree.directory, access: "write" },
      binds: this.#binds,
      env: { CI: "1", NO_COLOR: "1", FORCE_COLOR: "0" },
      limits: { wallSeconds: limits.wallSeconds, cpuSeconds: limits.wallSeconds * 2, memoryBytes: limits.memoryBytes, outputBytes: 5_000_000 },
      signal,
    });
  }

  /** What a project brings along may lie in the way: nothing leads out of the copy. */
  async #write(file: string, text: string | null, executable: boolean): Promise<void> {
    const folders = text === null ? [] : file.split("/").slice(0, -1).map((_, index, names) => names.slice(0, index + 1).join("/"));
    for (const folder of folders) {
      await this.#tree.at(folder, async ({ entry }) => {
        if (!(await statOrNull(entry))) await mkdir(entry);
      });
    }
    const isThere = await this.#tree.at(file, async ({ entry }) => (await statOrNull(entry)) !== null).catch(() => false);
    if (text === null && !isThere) return;
    await this.#tree.at(file, async ({ entry }) => {
      await rm(entry, { force: true });
      if (text === null) return;
      await writeFile(entry, text, { flag: "wx" });
      await chmod(entry, executable ? 0o755 : 0o644);
    });
  }
}

/** Everything but version control and dependencies. Returns where to show the dependencies. */
async function copyTree(tree: ProjectTree, target: string, signal: AbortSignal): Promise<readonly SandboxBind[]> {
  const binds: SandboxBind[] = [];
  const filter: WalkFilter = {
    enter: async (folder) => {
      const name = folder.slice(folder.lastIndexOf("/") + 1);
      if (name === "node_modules" && folder.isWellFormed()) binds.push({ from: path.join(tree.directory, folder), to: `/workspace/${folder}` });
      return name === ".git" || DEPENDENCY_FOLDERS.has(name) ? null : filter;
    },
    hides: () => false,
  };
  const [root, working] = [Buffer.from(target), new Set<Promise<void>>()];
  let [files, bytes] = [0, 0];
  for await (const { path: at, kind, stats } of walkTree(tree, { filter, signal })) {
    const to = joined(root, bytesOfText(at));
    if (kind === "folder") await mkdir(to, { recursive: true });
    else if (kind === "symlink") await tree.at(at, async ({ entry }) => symlink(await readlink(entry, { encoding: "buffer" }), to));
    else if (kind === "file") {
      files += 1;
      bytes += Number(stats.size);
      if (files > MAX_FILES || bytes > MAX_BYTES) throw new TooLargeToCopy();
      const work = tree.at(at, ({ entry }) => copyFile(entry, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL));
      working.add(work);
      void work.then(() => working.delete(work), () => undefined);
      if (working.size >= COPIES_AT_A_TIME) await Promise.race(working);
    }
  }
  await Promise.all(working);
  for (const { to } of binds) await mkdir(path.join(target, to.slice("/workspace/".length)), { recursive: true });
  return binds;
}
