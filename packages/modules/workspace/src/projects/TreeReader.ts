import type { BigIntStats } from "node:fs";
import type { ListTreeInput, ProjectPath, ReadFiles, ReadFilesInput, TreeFile, TreePage } from "@coder/api/workspace";
import { isAppError, type Caller } from "@coder/shared";
import { openFile, ProjectTree, statAt, walkTree, type ProjectDirectories } from "@coder/work-tree";
import type { ProjectAccess } from "./ProjectAccess.ts";
import { IgnoreFilter } from "./tree/ignore-filter.ts";

type ReadFile = ReadFiles["files"][number];

/** Of one answer, and so of one file. */
const MAX_ANSWER_BYTES = 8 * 1024 ** 2;
/** As git does: what has a NUL this near its beginning is no text. */
const SNIFFED_BYTES = 8_000;

/** A project's files as other modules read them: what counts as its text, and when it changed. */
export class TreeReader {
  readonly #deps: { readonly access: ProjectAccess; readonly directories: ProjectDirectories };

  constructor(deps: { readonly access: ProjectAccess; readonly directories: ProjectDirectories }) {
    this.#deps = deps;
  }

  async list(caller: Caller, { projectId, after, limit }: ListTreeInput): Promise<TreePage> {
    const tree = await this.#tree(caller, projectId);
    const files: TreeFile[] = [];
    for await (const { path, kind, stats } of walkTree(tree, { after, filter: new IgnoreFilter(tree) })) {
      if (kind !== "file") continue;
      if (files.length === limit) return { files, nextAfter: files.at(-1)?.path ?? null };
      files.push({ path, sizeBytes: Number(stats.size), modifiedAt: new Date(Number(stats.mtimeMs)).toISOString(), fingerprint: fingerprintOf(stats) });
    }
    return { files, nextAfter: null };
  }

  async read(caller: Caller, { projectId, paths }: ReadFilesInput): Promise<ReadFiles> {
    const tree = await this.#tree(caller, projectId);
    const files: ReadFile[] = [];
    let left = MAX_ANSWER_BYTES;
    for (const path of paths) {
      const file = left > 0 ? await readText(tree, path, left) : unread(path, "next");
      // What finds no room any more ends the answer: whoever asks goes on from there.
      left = file.reason === "next" ? 0 : left - (file.text?.length ?? 0);
      files.push(file);
    }
    return { files };
  }

  async #tree(caller: Caller, projectId: ListTreeInput["projectId"]): Promise<ProjectTree> {
    return new ProjectTree(this.#deps.directories.of(await this.#deps.access.requireProject(caller, projectId)).tree);
  }
}

async function readText(tree: ProjectTree, path: ProjectPath, room: number): Promise<ReadFile> {
  try {
    const handle = await tree.at(path, async (place) => (await statAt(place)).isFile() ? openFile(place.entry) : null);
    if (handle === null) return unread(path, "not_a_file");
    try {
      const stats = await handle.stat();
      if (stats.size > MAX_ANSWER_BYTES) return unread(path, "too_large");
      if (stats.size > room) return unread(path, "next");
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(stats.size), 0, stats.size, 0);
      const content = buffer.subarray(0, bytesRead);
      if (content.subarray(0, SNIFFED_BYTES).includes(0)) return unread(path, "binary");
      return { path, text: new TextDecoder().decode(content) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isAppError(error)) return unread(path, error.code === "entry_not_found" ? "missing" : "not_a_file");
    throw error;
  }
}

function unread(path: ProjectPath, reason: NonNullable<ReadFile["reason"]>): ReadFile {
  return { path, text: null, reason };
}

/** Another file under the same name, and a change that keeps size and time, still differ in the inode or the time of the change itself. */
function fingerprintOf({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [ino, size, mtimeNs, ctimeNs].map((part) => part.toString(36)).join(".");
}
