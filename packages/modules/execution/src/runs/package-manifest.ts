import type { ProjectPath } from "@coder/api/workspace";
import { isGone, readSmallFile, statOrNull, type ProjectTree } from "@coder/work-tree";
import { z } from "zod";

const MAX_MANIFEST_BYTES = 1024 ** 2;
const MapSchema = z.record(z.string(), z.string()).catch({});

const ManifestSchema = z.object({
  name: z.string().catch(""),
  packageManager: z.string().catch(""),
  scripts: MapSchema,
  dependencies: MapSchema,
  devDependencies: MapSchema,
});
export type Manifest = z.output<typeof ManifestSchema>;

/** A folder's `package.json` as far as it can be understood; null where there is none. */
export async function readManifest(tree: ProjectTree, folder: ProjectPath): Promise<Manifest | null> {
  const text = await readText(tree, inFolder(folder, "package.json"), MAX_MANIFEST_BYTES);
  if (text === null) return null;
  try {
    const parsed: unknown = JSON.parse(text.replace(/^\ufeff/, ""));
    return ManifestSchema.parse({ scripts: {}, dependencies: {}, devDependencies: {}, name: "", packageManager: "", ...(typeof parsed === "object" ? parsed : {}) });
  } catch {
    return ManifestSchema.parse({ scripts: {}, dependencies: {}, devDependencies: {}, name: "", packageManager: "" });
  }
}

export async function readText(tree: ProjectTree, path: ProjectPath, maxBytes: number): Promise<string | null> {
  try {
    return await tree.at(path, async ({ entry }) => (await readSmallFile(entry, maxBytes))?.toString("utf8") ?? null);
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

export async function isThere(tree: ProjectTree, path: ProjectPath): Promise<boolean> {
  try {
    return await tree.at(path, async ({ entry }) => (await statOrNull(entry)) !== null);
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

export function inFolder(folder: ProjectPath, name: string): ProjectPath {
  if (folder === "" || name === "") return folder + name;
  return `${folder}/${name}`;
}

/** A folder and those around it, the nearest first, the project last. */
export function foldersUp(folder: ProjectPath): ProjectPath[] {
  const parts = folder === "" ? [] : folder.split("/");
  return [...parts.map((_, index) => parts.slice(0, parts.length - index).join("/")), ""];
}
