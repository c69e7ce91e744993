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
  /** So many reads are refused next. */
  busy = 0;
  reads = 0;
  #held: { readonly path: string; readonly say: (found: () => FileContent) => void; found: (() => FileContent) | null }[] = [];
  #holding = true;

  async read(path: string): Promise<FileContent> {
    this.reads += 1;
    if (this.busy > 0) {
      this.busy -= 1;
      throw busy();
    }
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

  /** Refuses as the server does what is not written over the content it names. */
  async write(path: string, bytes: Uint8Array<ArrayBuffer>, base: string): ReturnType<IFileSource["write"]> {
    const before = this.files.get(path);
    const found = before ? contentOf(before).hash : "none";
    if (found !== base) throw new AppError("stale", "stale_write", "It is another file now.", { remedy: "Compare.", details: before ? { hash: found } : {} });
    this.files.set(path, bytes);
    const { hash, sizeBytes } = contentOf(bytes);
    return { path, hash, sizeBytes, modifiedAt: "2026-01-01T00:00:00.000Z" };
  }

  textOf(path: string): string | null {
    const bytes = this.files.get(path);
    return bytes ? new TextDecoder().decode(bytes) : null;
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

  /** From now on whoever reads waits again. */
  hold(): void {
    this.#holding = true;
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

function busy(): AppError {
  return new AppError("unavailable", "busy", "The server is busy.", { remedy: "Try again." });
}

/** What a server keeps of unsaved text, by path. */
export class Buffers {
  /** So many times letting go is refused next. */
  busy = 0;
  readonly kept = new Map<string, { readonly revision: number; readonly baseHash: string | null; readonly change: BufferChange }>();

  of(path: string): IBufferStore {
    return {
      save: async (message) => {
        this.kept.set(path, message);
        return { revision: message.revision + 1 };
      },
      discard: async () => {
        if (this.busy > 0) {
          this.busy -= 1;
          throw busy();
        }
        this.kept.delete(path);
      },
    };
  }
}
