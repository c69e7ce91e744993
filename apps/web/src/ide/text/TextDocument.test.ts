import { createHash } from "node:crypto";
import { AppError } from "@coder/shared";
import { expect, it } from "vitest";
import type { FileContent } from "../files/project-files.ts";
import type { IFileSource } from "./DocumentFile.ts";
import { TextDocument } from "./TextDocument.ts";

/** No text in any encoding, so that it is opened without an editor. */
const [ONE, TWO] = [Uint8Array.of(0, 159, 1), Uint8Array.of(0, 159, 2)];

function contentOf(bytes: Uint8Array<ArrayBuffer>): FileContent {
  return { bytes, hash: createHash("sha256").update(bytes).digest("hex"), sizeBytes: bytes.length };
}

/** A disk that is slow to be read: what it found is said when it is let through. */
class Disk implements IFileSource {
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

/** A file that was opened this moment: its first read is on its way. */
function opening(path: string, bytes: Uint8Array<ArrayBuffer>) {
  const disk = new Disk();
  disk.files.set(path, bytes);
  const document = new TextDocument(path, {
    files: disk,
    bufferStore: () => ({ save: async ({ revision }) => ({ revision: revision + 1 }), discard: async () => undefined }),
    isOutOfStep: () => false,
    onEdit: () => undefined,
  });
  return { disk, document, loading: document.load() };
}

it("shows a file that was renamed while it was read for the first time, however late its read came", async () => {
  const { disk, document, loading } = opening("old.bin", ONE);
  document.rename("new.bin");
  disk.move("old.bin", "new.bin");
  disk.letThrough();
  await loading;
  expect(document.state.get()).toMatchObject({ phase: "binary", problem: null, hash: contentOf(ONE).hash });
});

it("shows a file that was renamed and renamed back while it was read", async () => {
  const { disk, document, loading } = opening("old.bin", ONE);
  document.rename("new.bin");
  disk.move("old.bin", "new.bin");
  disk.look();
  document.rename("old.bin");
  disk.move("new.bin", "old.bin");
  void document.checkDisk();
  disk.letThrough();
  await loading;
  expect(document.state.get()).toMatchObject({ phase: "binary", problem: null });
});

it("shows what a file became while it was read for the first time", async () => {
  const { disk, document, loading } = opening("data.bin", ONE);
  disk.look();
  disk.files.set("data.bin", TWO);
  void document.checkDisk();
  disk.letThrough();
  await loading;
  expect(document.state.get()).toMatchObject({ phase: "binary", hash: contentOf(TWO).hash });
});

it("says that a file is gone that was deleted while it was read", async () => {
  const { disk, document, loading } = opening("data.bin", ONE);
  disk.files.delete("data.bin");
  void document.checkDisk();
  disk.letThrough();
  await loading;
  expect(document.state.get()).toMatchObject({ phase: "gone", problem: { code: "entry_not_found" } });
});
