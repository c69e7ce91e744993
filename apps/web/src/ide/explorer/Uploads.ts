import type { Entry } from "@coder/api/workspace";
import { isAppError } from "@coder/shared";
import { type Problem, toProblem } from "#api/problem.ts";
import { Store } from "#lib/store.ts";
import { baseName, folderOf, joinPath } from "../editors/editor-input.ts";
import type { ProjectFiles } from "../files/project-files.ts";

/** Where files are brought. */
export type IUploadTarget = Pick<ProjectFiles, "createFolder" | "writeWithProgress">;

/** A file from the person's machine and where it is to lie. */
export interface UploadFile {
  readonly path: string;
  readonly file: File;
}

export interface UploadState {
  /** What is being brought, in all batches under way. */
  readonly files: number;
  readonly doneFiles: number;
  readonly bytes: number;
  readonly doneBytes: number;
  /** Files of the same name are there already: somebody has to decide before they are sent. */
  readonly collisions: readonly UploadFile[];
  readonly failed: readonly { readonly path: string; readonly problem: Problem }[];
  readonly running: boolean;
}

const IDLE: UploadState = { files: 0, doneFiles: 0, bytes: 0, doneBytes: 0, collisions: [], failed: [], running: false };
const AT_ONCE = 3;

/** Brings files into the project, a few at a time, and says how far it is. */
export class Uploads extends Store<UploadState> {
  readonly #files: IUploadTarget;
  readonly #onEntry: (entry: Entry) => void;
  #queue: (UploadFile & { readonly base: string })[] = [];
  #working = 0;
  #abort = new AbortController();
  /** Sent so far of what is on its way. */
  readonly #sent = new Map<UploadFile, number>();
  #finishedBytes = 0;
  readonly #folders = new Map<string, Promise<void>>();

  constructor(files: IUploadTarget, onEntry: (entry: Entry) => void) {
    super(IDLE);
    this.#files = files;
    this.#onEntry = onEntry;
  }

  add(files: readonly UploadFile[], base: "none" | "any" = "none"): void {
    if (!this.get().running) this.#begin();
    this.update((state) => ({ ...state, files: state.files + files.length, bytes: state.bytes + files.reduce((sum, { file }) => sum + file.size, 0), running: true }));
    this.#queue.push(...files.map((each) => ({ ...each, base })));
    while (this.#working < AT_ONCE && this.#queue.length > 0) void this.#work();
  }

  /** What was in the way is written over, or left as it is. */
  decide(replace: boolean): void {
    const { collisions } = this.get();
    this.update((state) => ({ ...state, collisions: [] }));
    if (replace) this.add(collisions, "any");
    else this.#settle();
  }

  cancel(): void {
    this.#queue = [];
    // Whoever waits for an answer leaves when it comes. What is added until then needs others.
    this.#working = 0;
    this.#abort.abort();
    this.set(IDLE);
  }

  dismiss(): void {
    if (!this.get().running) this.set(IDLE);
  }

  #begin(): void {
    this.#abort = new AbortController();
    this.#finishedBytes = 0;
    this.#sent.clear();
    this.#folders.clear();
    this.set(IDLE);
  }

  async #work(): Promise<void> {
    this.#working += 1;
    const { signal } = this.#abort;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      await this.#send(next, signal);
      if (signal.aborted) return;
    }
    this.#working -= 1;
    this.#settle();
  }

  async #send(upload: UploadFile & { readonly base: string }, signal: AbortSignal): Promise<void> {
    const { path, file, base } = upload;
    try {
      await this.#folder(folderOf(path));
      const written = await this.#files.writeWithProgress(path, file, base, { signal, onProgress: ({ sent }) => this.#progress(upload, sent) });
      this.#onEntry({ path: written.path, name: baseName(written.path), kind: "file", sizeBytes: written.sizeBytes, modifiedAt: written.modifiedAt, executable: false, target: null, ignored: false });
    } catch (error) {
      if (signal.aborted) return;
      // The collision asks again with the file; everything else is told at the end.
      if (isAppError(error) && (error.code === "already_exists" || error.code === "stale_write")) this.update((state) => ({ ...state, collisions: [...state.collisions, { path, file }] }));
      else this.update((state) => ({ ...state, failed: [...state.failed, { path, problem: toProblem(error) }] }));
    }
    // It arrived all the same, but what is counted now may be other files.
    if (signal.aborted) return;
    this.#sent.delete(upload);
    this.#finishedBytes += file.size;
    this.update((state) => ({ ...state, doneFiles: state.doneFiles + 1, doneBytes: this.#doneBytes() }));
  }

  /** Makes the folders above a file, each once. */
  #folder(path: string): Promise<void> {
    if (path === "") return Promise.resolve();
    const present = this.#folders.get(path);
    if (present) return present;
    const made = this.#makeFolder(path);
    this.#folders.set(path, made);
    return made;
  }

  async #makeFolder(path: string): Promise<void> {
    await this.#folder(folderOf(path));
    try {
      this.#onEntry(await this.#files.createFolder(path));
    } catch (error) {
      if (toProblem(error).code !== "already_exists") throw error;
    }
  }

  #progress(upload: UploadFile, sent: number): void {
    this.#sent.set(upload, sent);
    this.update((state) => ({ ...state, doneBytes: this.#doneBytes() }));
  }

  #doneBytes(): number {
    return this.#finishedBytes + [...this.#sent.values()].reduce((sum, sent) => sum + sent, 0);
  }

  #settle(): void {
    if (this.#working > 0 || this.#queue.length > 0) return;
    const { collisions, failed } = this.get();
    if (collisions.length === 0 && failed.length === 0) this.set(IDLE);
    else this.update((state) => ({ ...state, running: false }));
  }
}

/** Everything that was dropped, folders with all they hold, below `folder`. */
export async function droppedFiles(items: DataTransferItemList, folder: string): Promise<UploadFile[]> {
  // The list is empty as soon as the drop has been handled, so all its entries are taken first.
  const entries = [...items].flatMap((item) => (item.kind === "file" ? [item.webkitGetAsEntry() ?? item.getAsFile()] : []));
  const files = await Promise.all(entries.map(async (entry) => (entry === null ? [] : entry instanceof File ? [{ path: joinPath(folder, entry.name), file: entry }] : filesBelow(entry, folder))));
  return files.flat();
}

async function filesBelow(entry: FileSystemEntry, folder: string): Promise<UploadFile[]> {
  const path = joinPath(folder, entry.name);
  if (isFileEntry(entry)) return [{ path, file: await new Promise<File>((resolve, reject) => entry.file(resolve, reject)) }];
  if (!isDirectoryEntry(entry)) return [];
  const reader = entry.createReader();
  const found: UploadFile[] = [];
  // Browsers hand out a hundred at a time, and nothing at the end.
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return found;
    for (const each of batch) found.push(...(await filesBelow(each, path)));
  }
}

function isFileEntry(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isDirectoryEntry(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
