import { watch } from "node:fs";
import { mkdir, open, rm, stat, type FileHandle } from "node:fs/promises";
import path from "node:path";
import type { Run } from "@coder/api/execution";

type Owned = Pick<Run, "organizationId" | "projectId" | "id">;

/** The output of runs, one file each: bytes as they were printed, both streams in the order in which they came. */
export class RunOutputs {
  readonly #root: string;

  constructor(deps: { readonly dataDirectory: string }) {
    this.#root = path.join(deps.dataDirectory, "runs");
  }

  async create(run: Owned): Promise<OutputFile> {
    const file = this.#file(run);
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    return new OutputFile(await open(file, "a", 0o600));
  }

  async size(run: Owned): Promise<number> {
    return stat(this.#file(run)).then(
      ({ size }) => size,
      () => 0,
    );
  }

  /** Up to `limit` bytes from an offset; none where there are none yet. */
  async read(run: Owned, offset: number, limit: number): Promise<Buffer> {
    const file = await open(this.#file(run), "r").catch(() => null);
    if (!file) return Buffer.alloc(0);
    try {
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.allocUnsafe(limit), position: offset });
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  /** Resolves when something may have been printed, after `maxMs` at the latest. */
  async next(run: Owned, signal: AbortSignal, maxMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, maxMs);
    const over = (): void => resolve();
    signal.addEventListener("abort", over, { once: true });
    let watcher: ReturnType<typeof watch> | null = null;
    try {
      watcher = watch(this.#file(run), over).on("error", over);
    } catch {
      // Not there yet: the timer looks again.
    }
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", over);
      watcher?.close();
    }
  }

  async remove(run: Owned): Promise<void> {
    await rm(this.#file(run), { force: true });
  }

  async removeProject({ organizationId, projectId }: Pick<Owned, "organizationId" | "projectId">): Promise<void> {
    await rm(path.join(this.#root, organizationId, projectId), { recursive: true, force: true });
  }

  #file({ organizationId, projectId, id }: Owned): string {
    return path.join(this.#root, organizationId, projectId, `${id}.log`);
  }
}

/** Takes output chunk by chunk; whoever prints waits while it is written. */
export class OutputFile {
  readonly #file: FileHandle;
  #last: Promise<void> = Promise.resolve();
  bytes = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async collect(stream: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of stream) await this.append(chunk);
  }

  append(chunk: Uint8Array): Promise<void> {
    const before = this.#last;
    this.#last = this.#write(before, chunk);
    return this.#last;
  }

  async #write(before: Promise<void>, chunk: Uint8Array): Promise<void> {
    await before;
    await this.#file.appendFile(chunk);
    this.bytes += chunk.length;
  }

  async close(): Promise<void> {
    await this.#last.catch(() => undefined);
    await this.#file.close();
  }
}
