import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { ImportFolders } from "@coder/api/workspace";
import type { ILiveConfig } from "@coder/shared/server";
import { bytesOfText, textOfBytes } from "@coder/work-tree";
import type { WorkspaceConfig } from "../../config.ts";
import { folderNotAllowed } from "./errors.ts";

const MAX_LISTED = 1_000;

/** The folders of the server from which may be imported. Every path is resolved before it is compared, so that no link leads out of a root. */
export class ImportRoots {
  readonly #deps: { readonly config: ILiveConfig<WorkspaceConfig>; readonly dataDirectory: string };

  constructor(deps: { readonly config: ILiveConfig<WorkspaceConfig>; readonly dataDirectory: string }) {
    this.#deps = deps;
  }

  /** The real path of a folder below a root, as text. `folder_not_allowed` for everything else, whether it exists or not. */
  async resolve(folder: string): Promise<string> {
    return (await this.#find(folder)).real;
  }

  async list(folder: string | undefined): Promise<ImportFolders> {
    if (folder === undefined) {
      const roots = await this.#roots();
      return { path: null, parent: null, folders: roots.map((root) => ({ name: root, path: root })), limited: false };
    }
    const { real, root } = await this.#find(folder);
    const entries = await readdir(bytesOfText(real), { withFileTypes: true, encoding: "buffer" }).catch(() => []);
    const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => textOfBytes(name));
    const folders = names.sort((one, other) => one.localeCompare(other, "en", { numeric: true })).map((name) => ({ name, path: path.posix.join(real, name) }));
    return { path: real, parent: real === root ? null : path.posix.dirname(real), folders: folders.slice(0, MAX_LISTED), limited: folders.length > MAX_LISTED };
  }

  async #find(folder: string): Promise<{ readonly real: string; readonly root: string }> {
    const real = await realFolder(folder);
    const data = await realFolder(this.#deps.dataDirectory);
    const root = real === null ? undefined : (await this.#roots()).find((candidate) => contains(candidate, real));
    // The data of all organizations is no source, nor what holds it.
    if (real === null || root === undefined || (data !== null && (contains(data, real) || contains(real, data)))) throw folderNotAllowed();
    return { real, root };
  }

  /** Resolved; those that are not there are left out. */
  async #roots(): Promise<readonly string[]> {
    const roots = await Promise.all(this.#deps.config.value.import.folderRoots.map(realFolder));
    return [...new Set(roots.filter((root) => root !== null))];
  }
}

async function realFolder(folder: string): Promise<string | null> {
  try {
    const real = await realpath(bytesOfText(path.posix.resolve(folder)), { encoding: "buffer" });
    return (await stat(real)).isDirectory() ? textOfBytes(real) : null;
  } catch {
    return null;
  }
}

function contains(outer: string, inner: string): boolean {
  return inner === outer || inner.startsWith(outer === "/" ? outer : `${outer}/`);
}
