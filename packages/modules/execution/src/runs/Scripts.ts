import type { ScriptFolder, Scripts as ScriptList } from "@coder/api/execution";
import type { ProjectPath } from "@coder/api/workspace";
import { DEPENDENCY_FOLDERS, walkTree, type ProjectTree, type WalkFilter } from "@coder/work-tree";
import { foldersUp, inFolder, isThere, readManifest, type Manifest } from "./package-manifest.ts";

const MAX_FOLDERS = 100;
const MAX_WALKED = 30_000;
const LOCK_FILES: readonly (readonly [string, ScriptFolder["packageManager"]])[] = [["package-lock.json", "npm"], ["npm-shrinkwrap.json", "npm"], ["pnpm-lock.yaml", "pnpm"], ["yarn.lock", "yarn"]];

export const withoutDependencies: WalkFilter = {
  enter: async () => withoutDependencies,
  hides: (name, isFolder) => isFolder && (DEPENDENCY_FOLDERS.has(name) || name.startsWith(".")),
};

/** What a project can run, as its `package.json` files say. */
export async function findScripts(tree: ProjectTree): Promise<ScriptList> {
  const folders: ScriptFolder[] = [];
  let walked = 0;
  for await (const { path, kind } of walkTree(tree, { filter: withoutDependencies })) {
    walked += 1;
    if (walked > MAX_WALKED || folders.length === MAX_FOLDERS) return { folders: sorted(folders), more: true };
    if (kind !== "file" || (path !== "package.json" && !path.endsWith("/package.json"))) continue;
    const folder = path.slice(0, Math.max(path.length - "/package.json".length, 0));
    const manifest = folder.isWellFormed() ? await readManifest(tree, folder) : null;
    if (manifest) folders.push(await folderOf(tree, folder, manifest));
  }
  return { folders: sorted(folders), more: false };
}

async function folderOf(tree: ProjectTree, folder: ProjectPath, manifest: Manifest): Promise<ScriptFolder> {
  const lock = await lockFileOf(tree, folder);
  return {
    folder,
    name: manifest.name,
    packageManager: lock?.packageManager ?? "npm",
    lockFile: lock?.path ?? null,
    dependencies: await dependenciesOf(tree, folder, manifest),
    scripts: Object.entries(manifest.scripts).filter(([name]) => name !== "" && !name.startsWith("-") && name.length <= 200).map(([name, command]) => ({ name, command })),
  };
}

/** The nearest lock file of a folder or one around it, as package managers look for it. */
export async function lockFileOf(tree: ProjectTree, folder: ProjectPath): Promise<{ readonly path: ProjectPath; readonly folder: ProjectPath; readonly packageManager: ScriptFolder["packageManager"] } | null> {
  for (const each of foldersUp(folder)) {
    for (const [name, packageManager] of LOCK_FILES) {
      const path = inFolder(each, name);
      if (await isThere(tree, path)) return { path, folder: each, packageManager };
    }
  }
  return null;
}

export async function dependenciesOf(tree: ProjectTree, folder: ProjectPath, { dependencies, devDependencies }: Manifest): Promise<ScriptFolder["dependencies"]> {
  if (Object.keys(dependencies).length + Object.keys(devDependencies).length === 0) return "none";
  for (const each of foldersUp(folder)) if (await isThere(tree, inFolder(each, "node_modules"))) return "installed";
  return "missing";
}

function sorted(folders: readonly ScriptFolder[]): ScriptFolder[] {
  return [...folders].sort((one, other) => (one.folder < other.folder ? -1 : 1));
}
