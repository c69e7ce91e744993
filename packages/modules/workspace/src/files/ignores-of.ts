import type { ProjectPath } from "@coder/api/workspace";
import { isAppError } from "@coder/shared";
import { readSmallFile, textOfBytes, type ProjectTree } from "@coder/work-tree";
import { IGNORE_FILE_NAMES, IgnoreStack } from "./ignore/IgnoreStack.ts";

const MAX_IGNORE_FILE_BYTES = 256 * 1024;

/** The ignore files that count in a folder, read now. `path` must be the folder's own, without links. */
export async function ignoresOf(tree: ProjectTree, path: ProjectPath): Promise<IgnoreStack> {
  const segments = path === "" ? [] : path.split("/");
  const texts = new Map<string, string>();
  const folders = ["", ...segments.map((_segment, index) => segments.slice(0, index + 1).join("/"))];
  await Promise.all([...folders.map((folder) => readInto(texts, tree, folder, [...IGNORE_FILE_NAMES])), readInto(texts, tree, ".git/info", ["exclude"])]);
  const read = (file: string): string | null => texts.get(file) ?? null;
  return segments.reduce((above, segment) => above.enter(segment, read), IgnoreStack.root(read));
}

async function readInto(texts: Map<string, string>, tree: ProjectTree, folder: ProjectPath, names: readonly string[]): Promise<void> {
  try {
    await tree.in(folder, async (place) => {
      for (const name of names) {
        const bytes = await readSmallFile(Buffer.concat([place, Buffer.from(`/${name}`)]), MAX_IGNORE_FILE_BYTES);
        if (bytes) texts.set(folder === "" ? name : `${folder}/${name}`, textOfBytes(bytes));
      }
    });
  } catch (error) {
    // Not there, or not to be read: then it hides nothing.
    if (!isAppError(error)) throw error;
  }
}
