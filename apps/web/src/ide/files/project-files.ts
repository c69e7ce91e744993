import type { Entry, EntryDetails, EntryPage, ProjectId, TrashEntry, WrittenFile } from "@coder/api/workspace";
import { workspaceTransfers, WrittenFileSchema } from "@coder/api/workspace";
import { transferPath } from "@coder/shared";
import type { useTRPCClient } from "#api/trpc.tsx";
import { fileAddress } from "./file-address.ts";
import { download, upload, uploadWithProgress, type UploadProgress } from "./transfer.ts";

export interface Move {
  readonly from: string;
  readonly to: string;
}

/** So many of the last ones are offered. */
const DELETIONS = 200;

/** A file's content as it lies on the disk. */
export interface FileContent {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** SHA-256 in hexadecimal of the whole file. */
  readonly hash: string;
  /** Of the whole file; `bytes` may be its first part. */
  readonly sizeBytes: number;
}

export interface TooLarge {
  readonly bytes: null;
  readonly hash: string;
  readonly sizeBytes: number;
}

/** What must be on disk for a file to be written: content with this hash, nothing at all, or whatever there is. */
export type WriteBase = string;

interface ProjectFilesDeps {
  readonly projectId: ProjectId;
  readonly client: ReturnType<typeof useTRPCClient>;
}

function hashOf(response: Response): string {
  return /"(?:sha256:)?([0-9a-f]{64})"/.exec(response.headers.get("etag") ?? "")?.[1] ?? "";
}

/** The files of one project on the server. Every refusal is thrown, readable by `toProblem`. */
export class ProjectFiles {
  readonly #deps: ProjectFilesDeps;

  constructor(deps: ProjectFilesDeps) {
    this.#deps = deps;
  }

  listFolder(path: string, cursor: string | null, limit: number): Promise<EntryPage> {
    return this.#api.listFolder.query({ projectId: this.#deps.projectId, path, limit, ...(cursor === null ? {} : { cursor }) });
  }

  getEntry(path: string): Promise<EntryDetails> {
    return this.#api.getEntry.query({ projectId: this.#deps.projectId, path });
  }

  createFolder(path: string): Promise<Entry> {
    return this.#api.createFolder.mutate({ projectId: this.#deps.projectId, path });
  }

  async move(moves: readonly Move[]): Promise<readonly Entry[]> {
    return (await this.#api.moveEntries.mutate({ projectId: this.#deps.projectId, moves: [...moves] })).items;
  }

  async copy(copies: readonly Move[]): Promise<readonly Entry[]> {
    return (await this.#api.copyEntries.mutate({ projectId: this.#deps.projectId, copies: [...copies] })).items;
  }

  /** To the trash; the id takes it out again. */
  async remove(paths: readonly string[]): Promise<string> {
    return (await this.#api.deleteEntries.mutate({ projectId: this.#deps.projectId, paths: [...paths] })).trashId;
  }

  async restore(trashId: string): Promise<readonly Entry[]> {
    return (await this.#api.restoreEntries.mutate({ projectId: this.#deps.projectId, trashId })).items;
  }

  /** What was deleted last, newest first, and can be restored. */
  async deleted(): Promise<readonly TrashEntry[]> {
    return (await this.#api.listTrash.query({ projectId: this.#deps.projectId, limit: DELETIONS })).items;
  }

  /** Where the browser finds a file, to save it. */
  downloadUrl(path: string): string {
    return transferPath(workspaceTransfers.readFile, { projectId: this.#deps.projectId, ...fileAddress(path) });
  }

  /** The whole of a file. `bytes` is null where it is larger than `maxBytes`: then it was not fetched. */
  async read(path: string, { maxBytes, signal }: { readonly maxBytes: number; readonly signal?: AbortSignal }): Promise<FileContent | TooLarge> {
    const stop = new AbortController();
    const response = await download(this.downloadUrl(path), { signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal });
    const sizeBytes = Number(response.headers.get("content-length") ?? 0);
    const hash = hashOf(response);
    if (sizeBytes > maxBytes) {
      stop.abort();
      return { bytes: null, hash, sizeBytes };
    }
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { bytes, hash, sizeBytes: bytes.length };
  }

  /** The first bytes of a file. */
  async readStart(path: string, count: number): Promise<FileContent> {
    const response = await download(this.downloadUrl(path), { headers: { range: `bytes=0-${count - 1}` } });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const total = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
    return { bytes, hash: hashOf(response), sizeBytes: total === undefined ? bytes.length : Number(total) };
  }

  write(path: string, bytes: Uint8Array<ArrayBuffer>, base: WriteBase): Promise<WrittenFile> {
    return upload(this.#writeUrl(path, base), bytes, WrittenFileSchema);
  }

  writeWithProgress(path: string, file: Blob, base: WriteBase, options: { readonly signal: AbortSignal; readonly onProgress: (progress: UploadProgress) => void }): Promise<WrittenFile> {
    return uploadWithProgress(this.#writeUrl(path, base), file, WrittenFileSchema, options);
  }

  #writeUrl(path: string, base: WriteBase): string {
    return transferPath(workspaceTransfers.writeFile, { projectId: this.#deps.projectId, ...fileAddress(path), base });
  }

  get #api() {
    return this.#deps.client.workspace;
  }
}
