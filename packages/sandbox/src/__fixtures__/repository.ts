import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { execute } from "../execute.ts";

/** Git as a person runs it, on files that no stranger wrote. */
export async function git(folder: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await execute("git", ["-C", folder, "-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "init.defaultBranch=main", "-c", "safe.directory=*", ...args]);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/** A repository with a commit that has these files. */
export async function makeRepository(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  await git(folder, "init", "--quiet");
  await commit(folder, files, "First");
}

export async function commit(folder: string, files: Readonly<Record<string, string>>, message: string): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  await git(folder, "add", "--all");
  await git(folder, "commit", "--quiet", "--message", message);
}
