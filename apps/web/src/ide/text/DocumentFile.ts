import { toProblem } from "#api/problem.ts";
import type { ProjectFiles } from "../files/project-files.ts";

/** Above this a file is not edited here: see `workspace.files.maxOpenBytes`. */
export const MAX_TEXT_BYTES = 50 * 1024 * 1024;
const FIRST_PART_BYTES = 1024 * 1024;

/** What of the project's files an open one needs. */
export type IFileSource = Pick<ProjectFiles, "read" | "readStart" | "getEntry" | "write">;

/** The bytes of an open file on the disk. A link is followed as far as the project goes. */
export class DocumentFile {
  readonly #files: IFileSource;
  readonly #signal: AbortSignal;
  #path: string;

  constructor(path: string, { files, signal }: { readonly files: IFileSource; readonly signal: AbortSignal }) {
    this.#path = path;
    this.#files = files;
    this.#signal = signal;
  }

  /** Where the bytes are: elsewhere than the name says when that is a link. */
  get path(): string {
    return this.#path;
  }

  /** All of it; `bytes` is null when it is too large to be edited. */
  async read(): Promise<Awaited<ReturnType<IFileSource["read"]>>> {
    const options = { maxBytes: MAX_TEXT_BYTES, signal: this.#signal };
    try {
      return await this.#files.read(this.#path, options);
    } catch (error) {
      if (toProblem(error).code !== "not_a_file") throw error;
      const { resolved } = await this.#files.getEntry(this.#path);
      if (resolved?.kind !== "file" || resolved.path === this.#path) throw error;
      this.#path = resolved.path;
      return this.#files.read(this.#path, options);
    }
  }

  readStart(): ReturnType<IFileSource["readStart"]> {
    return this.#files.readStart(this.#path, FIRST_PART_BYTES);
  }

  /** `base`: the hash of what must be there; null for nothing. */
  write(bytes: Uint8Array<ArrayBuffer>, base: string | null): ReturnType<IFileSource["write"]> {
    return this.#files.write(this.#path, bytes, base ?? "none");
  }
}
