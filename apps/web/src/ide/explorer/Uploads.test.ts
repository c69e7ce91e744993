import type { Entry, WrittenFile } from "@coder/api/workspace";
import { AppError } from "@coder/shared";
import { beforeEach, describe, expect, it } from "vitest";
import { baseName } from "../editors/editor-input.ts";
import { type IUploadTarget, type UploadFile, Uploads } from "./Uploads.ts";

function entryOf(path: string): Entry {
  return { path, name: baseName(path), kind: "folder", sizeBytes: 0, modifiedAt: "2026-01-01T00:00:00.000Z", executable: false, target: null, ignored: false };
}

/** A server that makes folders when it is let, and takes files at once. */
class Target implements IUploadTarget {
  readonly written: string[] = [];
  readonly present = new Set<string>();
  readonly #folders: (() => void)[] = [];

  async createFolder(path: string): Promise<Entry> {
    await new Promise<void>((resolve) => this.#folders.push(resolve));
    return entryOf(path);
  }

  async writeWithProgress(path: string, file: Blob, base: string, { signal }: Parameters<IUploadTarget["writeWithProgress"]>[3]): Promise<WrittenFile> {
    signal.throwIfAborted();
    if (base === "none" && this.present.has(path)) throw new AppError("conflict", "already_exists", `${path} is there.`, { remedy: "Choose." });
    this.written.push(path);
    return { path, hash: "", sizeBytes: file.size, modifiedAt: "2026-01-01T00:00:00.000Z" };
  }

  makeFolders(): void {
    for (const make of this.#folders.splice(0)) make();
  }
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
const files = (...paths: readonly string[]): UploadFile[] => paths.map((path) => ({ path, file: new File(["x"], baseName(path)) }));

let target: Target;
let uploads: Uploads;
beforeEach(() => {
  target = new Target();
  uploads = new Uploads(target, () => undefined);
});

describe("files that are brought", () => {
  it("wait for their folder, and are all there in the end", async () => {
    uploads.add(files("d/1", "d/2", "d/3", "d/4"));
    await settle();
    expect(target.written).toEqual([]);
    expect(uploads.get()).toMatchObject({ files: 4, doneFiles: 0, running: true });
    target.makeFolders();
    await settle();
    expect(target.written).toEqual(["d/1", "d/2", "d/3", "d/4"]);
    expect(uploads.get().running).toBe(false);
  });

  it("are asked about where something is in the way", async () => {
    target.present.add("a");
    uploads.add(files("a", "b"));
    await settle();
    expect(uploads.get()).toMatchObject({ running: false, collisions: [{ path: "a" }] });
    uploads.decide(true);
    await settle();
    expect(target.written).toEqual(["b", "a"]);
    expect(uploads.get().collisions).toEqual([]);
  });

  it("right after others were cancelled come, and those that were cancelled do not", async () => {
    uploads.add(files("d/1", "d/2", "d/3", "d/4"));
    uploads.cancel();
    uploads.add(files("x", "e/y", "z", "v", "w"));
    await settle();
    target.makeFolders();
    await settle();
    expect(target.written.toSorted()).toEqual(["e/y", "v", "w", "x", "z"]);
    expect(uploads.get().running).toBe(false);
  });

  it("are as many at once as ever after a cancel", async () => {
    uploads.add(files("a/1", "b/1", "c/1", "d/1"));
    uploads.cancel();
    uploads.add(files("e/1", "f/1", "g/1", "h/1"));
    await settle();
    target.makeFolders();
    await settle();
    expect(target.written).toEqual(["e/1", "f/1", "g/1"]);
    target.makeFolders();
    await settle();
    expect(target.written).toEqual(["e/1", "f/1", "g/1", "h/1"]);
    expect(uploads.get().running).toBe(false);
  });

  it("that arrive all the same are not counted among those that came after", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const write = target.writeWithProgress.bind(target);
    target.writeWithProgress = async (...input) => {
      const written = await write(...input);
      await promise;
      return written;
    };
    uploads.add(files("1", "2"));
    await settle();
    uploads.cancel();
    uploads.add(files("d/1", "d/2", "d/3"));
    resolve();
    await settle();
    expect(target.written).toEqual(["1", "2"]);
    expect(uploads.get()).toMatchObject({ files: 3, doneFiles: 0, running: true });
  });
});
