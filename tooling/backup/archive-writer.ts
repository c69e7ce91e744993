import { createHash } from "node:crypto";
import { createWriteStream, type WriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { once } from "node:events";
import { dirname } from "node:path";
import { createGzip, type Gzip } from "node:zlib";
import { tarEnd, tarEntry } from "./tar.ts";

/** A stream of unknown length goes into entries of this size: nothing larger is ever held in memory. */
const PART_BYTES = 4 * 1024 * 1024;

export interface Content {
  readonly bytes: number;
  readonly sha256: string;
  readonly parts: number;
}

/** Writes a `.tar.gz` beside its place and puts it there when it is complete: a file with the final name is a whole backup. */
export class ArchiveWriter {
  readonly #path: string;
  readonly #partial: string;
  readonly #gzip: Gzip;
  readonly #out: WriteStream;
  readonly #at = new Date();
  /** Rejects when the disk is full or gone; never resolves. */
  readonly #failed: Promise<never>;

  constructor(path: string) {
    this.#path = path;
    this.#partial = `${path}.partial`;
    this.#gzip = createGzip({ level: 6 });
    this.#out = createWriteStream(this.#partial, { mode: 0o600, flags: "w" });
    this.#failed = new Promise((_, reject) => {
      for (const stream of [this.#gzip, this.#out]) stream.on("error", reject);
    });
    this.#failed.catch(() => undefined);
    this.#gzip.pipe(this.#out);
  }

  /** Stores a stream as `name.000001`, `name.000002`, … */
  async add(name: string, source: AsyncIterable<Buffer>): Promise<Content> {
    const hash = createHash("sha256");
    let bytes = 0;
    let parts = 0;
    let waiting: Buffer[] = [];
    let waitingBytes = 0;
    const flush = async (): Promise<void> => {
      parts += 1;
      await this.#write(tarEntry({ name: partName(name, parts), content: Buffer.concat(waiting) }, this.#at));
      waiting = [];
      waitingBytes = 0;
    };
    for await (const chunk of source) {
      hash.update(chunk);
      bytes += chunk.length;
      waiting.push(chunk);
      waitingBytes += chunk.length;
      if (waitingBytes >= PART_BYTES) await flush();
    }
    if (waitingBytes > 0) await flush();
    return { bytes, sha256: hash.digest("hex"), parts };
  }

  /** The last entry, then the end. */
  async finish(name: string, text: string): Promise<void> {
    await this.#write(tarEntry({ name, content: Buffer.from(text) }, this.#at));
    await this.#write(tarEnd());
    const closed = once(this.#out, "close");
    this.#gzip.end();
    await Promise.race([closed, this.#failed]);
    const handle = await open(this.#partial, "r+");
    await handle.sync();
    await handle.close();
    await rename(this.#partial, this.#path);
    const folder = await open(dirname(this.#path), "r");
    await folder.sync();
    await folder.close();
  }

  /** Takes back what was written. */
  async abandon(): Promise<void> {
    this.#gzip.destroy();
    this.#out.destroy();
    await rm(this.#partial, { force: true });
  }

  async #write(data: Buffer): Promise<void> {
    const drained = this.#gzip.write(data) ? null : once(this.#gzip, "drain");
    await Promise.race([drained, this.#failed]);
  }
}

export function partName(name: string, part: number): string {
  return `${name}.${String(part).padStart(6, "0")}`;
}
