import { createHash } from "node:crypto";
import { AppError } from "@coder/shared";
import type { FileContent } from "../../files/project-files.ts";
import type { BufferChange, IBufferStore } from "../BufferKeeper.ts";
import type { IFileSource } from "../DocumentFile.ts";

export function contentOf(bytes: Uint8Array<ArrayBuffer>): FileContent {
  return { bytes, hash: createHash("sha256").update(bytes).digest("hex"), sizeBytes: bytes.length };
}

/** A disk that is slow to be read: what it found is said when it is let through. */
export class SlowDisk implements IFileSource {
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>();
  #held: { readonly path: string; readonly say: (found: () => FileContent) => void; found: (() => FileContent) | null }[] = [];
  #holding = true;

  async read(path: string): Promise<FileContent> {
    if (!this.#holding) return this.#find(path)();
    const found = await new Promise<() => FileContent>((say) => this.#held.push({ path, say, found: null }));
    return found();
  }

  readStart(path: string): Promise<FileContent> {
    return this.read(path);
  }

  async getEntry(path: string): Promise<never> {
    throw new Error(`Nothing here is a link: ${path}`);
  }

  async write(path: string): Promise<never> {
    throw new Error(`Nothing is saved here: ${path}`);
  }

  move(from: string, to: string): void {
    const bytes = this.files.get(from);
    if (!bytes) throw new Error(`There is no ${from}`);
    this.files.delete(from);
    this.files.set(to, bytes);
  }

  /** Finds what was asked for so far, and says it later. */
  look(): void {
    for (const read of this.#held) read.found ??= this.#find(read.path);
  }

  /** Everything that was asked for is answered, and from now on at once. */
  letThrough(): void {
    this.#holding = false;
    for (const { path, say, found } of this.#held) say(found ?? this.#find(path));
    this.#held = [];
  }

  #find(path: string): () => FileContent {
    const bytes = this.files.get(path);
    return () => {
      if (!bytes) throw new AppError("not_found", "entry_not_found", `There is no ${path}.`, { remedy: "Look again." });
      return contentOf(bytes);
    };
  }
}

/** What a server keeps of unsaved text, by path. */
export class Buffers {
  readonly kept = new Map<string, { readonly revision: number; readonly baseHash: string | null; readonly change: BufferChange }>();

  of(path: string): IBufferStore {
    return {
      save: async (message) => {
        this.kept.set(path, message);
        return { revision: message.revision + 1 };
      },
      discard: async () => {
        this.kept.delete(path);
      },
    };
  }
}
