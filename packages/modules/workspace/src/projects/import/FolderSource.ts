import { readlink } from "node:fs/promises";
import type { ProjectPath } from "@coder/api/workspace";
import { bytesOfText, openFile, ProjectTree, walkTree, type WalkedEntry } from "@coder/work-tree";
import type { IImportSource, SourceEntry, SourceKind } from "./import-source.ts";

const CHUNK_BYTES = 256 * 1024;

/** A folder of the server. Only read: nothing in it is changed. Sockets, pipes and devices are passed over, everything else is taken as it is. */
export class FolderSource implements IImportSource {
  readonly names = "disk";
  readonly sizesAreKnown = true;
  readonly totalBytes = null;
  readonly #tree: ProjectTree;
  readonly #onSkipped: (path: ProjectPath) => void;

  /** @param deps.folder absolute and resolved */
  constructor(deps: { readonly folder: string; readonly onSkipped: (path: ProjectPath) => void }) {
    this.#tree = new ProjectTree(deps.folder);
    this.#onSkipped = deps.onSkipped;
  }

  async *entries(signal: AbortSignal, onProgress: (readBytes: number) => void): AsyncGenerator<SourceEntry> {
    let read = 0;
    for await (const entry of walkTree(this.#tree, { signal })) {
      if (entry.kind === "other") this.#onSkipped(entry.path);
      else {
        yield await this.#entryOf(entry, entry.kind, signal);
        if (entry.kind === "file") onProgress((read += Number(entry.stats.size)));
      }
    }
  }

  async #entryOf({ path, stats }: WalkedEntry, kind: SourceKind, signal: AbortSignal): Promise<SourceEntry> {
    return {
      name: bytesOfText(path),
      kind,
      sizeBytes: kind === "file" ? Number(stats.size) : 0,
      packedBytes: null,
      executable: (Number(stats.mode) & 0o100) !== 0,
      modifiedAt: new Date(Number(stats.mtimeMs)),
      target: kind === "symlink" ? await this.#tree.at(path, ({ entry }) => readlink(entry, { encoding: "buffer" })) : Buffer.alloc(0),
      content: () => this.#content(path, signal),
    };
  }

  /** What is there when it is opened; a link or pipe that took the file's place meanwhile is not followed and not waited for. */
  async *#content(path: ProjectPath, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const handle = await this.#tree.at(path, ({ entry }) => openFile(entry));
    if (handle === null) return;
    try {
      for (;;) {
        signal.throwIfAborted();
        const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null);
        if (bytesRead === 0) return;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  }
}
