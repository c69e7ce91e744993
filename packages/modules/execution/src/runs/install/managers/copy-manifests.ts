import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathFault } from "@coder/api/workspace";
import { lockFileMissing, lockFileRefused } from "../../errors.ts";
import { inFolder, readText } from "../../package-manifest.ts";
import type { LockPlace } from "./IInstaller.ts";

export const MAX_LOCK_BYTES = 64 * 1024 ** 2;
/** What an installation reads of a manifest. Scripts, engines and the package manager that is asked for are not of them: nothing runs, and no other version is fetched. */
const READ = [
  "name", "version", "private", "dependencies", "devDependencies", "optionalDependencies", "peerDependencies", "peerDependenciesMeta", "dependenciesMeta", "bundleDependencies", "bundledDependencies", "workspaces", "resolutions", "overrides",
  "bin", "os", "cpu", "libc", "installConfig", "pnpm",
];

/** The text of the lock file. `lock_file_missing`. */
export async function lockTextOf({ tree, folder, lockPath }: LockPlace): Promise<string> {
  const text = await readText(tree, lockPath, MAX_LOCK_BYTES);
  if (text === null) throw lockFileMissing(folder);
  return text;
}

/** Copies patches of packages, by their paths from the lock file's folder. `lock_file_refused` for one that leads out of the project or is not there. */
export async function copyPatches({ tree, folder }: LockPlace, patches: readonly { readonly name: string; readonly at: string }[], made: string): Promise<void> {
  for (const { name, at } of patches) {
    if (pathFault(at) !== null) throw lockFileRefused(name, "its patch is not in the project");
    const text = await readText(tree, inFolder(folder, at), MAX_LOCK_BYTES);
    if (text === null) throw lockFileRefused(name, `its patch ${at} is not there`);
    await mkdir(path.join(made, path.dirname(at)), { recursive: true });
    await writeFile(path.join(made, at), text);
  }
}

/** Copies the manifests of folders, as far as an installation reads them. */
export async function copyManifests({ tree, folder }: LockPlace, folders: readonly string[], made: string): Promise<void> {
  for (const each of folders) {
    const text = await readText(tree, inFolder(inFolder(folder, each), "package.json"), MAX_LOCK_BYTES);
    if (text === null) continue;
    await mkdir(path.join(made, each), { recursive: true });
    await writeFile(path.join(made, each, "package.json"), asRead(text));
  }
}

/** What cannot be read is for the package manager to say. */
function asRead(text: string): string {
  try {
    const manifest: unknown = JSON.parse(text.replace(/^\ufeff/, ""));
    return typeof manifest === "object" && manifest !== null ? JSON.stringify(pick(manifest, READ)) : text;
  } catch {
    return text;
  }
}

export function pick(from: object, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));
}
