import { constants } from "node:fs";
import { copyFile, mkdir, open, symlink } from "node:fs/promises";
import type { ProjectPath } from "@coder/api/workspace";
import { bytesOfText, diskFull } from "@coder/work-tree";
import { unsafeName } from "./errors.ts";

export interface NewFile {
  readonly executable: boolean;
  readonly modifiedAt: Date | null;
}

/** Small files are gathered, so that reading one and writing others go on side by side. */
const GATHERED_BYTES = 256 * 1024;
const WRITES_AT_A_TIME = 8;
const LATEST_TIME = Date.parse("2100-01-01T00:00:00.000Z");
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Writes a checked plan into a directory that nobody else sees yet. Links come after everything else, so no write ever passes one; nothing is
 * overwritten. Keeps the right to execute and nothing else of a mode: no setuid, no owner.
 */
export class TreeWriter {
  readonly #root: Buffer;
  readonly #links: { readonly path: ProjectPath; readonly target: Buffer }[] = [];
  readonly #active = new Set<Promise<void>>();
  #fault: unknown;

  constructor(deps: { readonly root: string }) {
    this.#root = Buffer.from(`${deps.root}/`);
  }

  async folder(path: ProjectPath): Promise<void> {
    await this.#try(path, () => mkdir(this.#at(path), 0o755));
  }

  /** Reads all of the content before it returns; a small file may be written after that. */
  async file(path: ProjectPath, content: AsyncIterable<Uint8Array>, details: NewFile): Promise<void> {
    const gathered: Uint8Array[] = [];
    let bytes = 0;
    const rest = content[Symbol.asyncIterator]();
    try {
      for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
        gathered.push(next.value);
        bytes += next.value.length;
        if (bytes <= GATHERED_BYTES) continue;
        await this.#write(path, gathered, rest, details);
        return;
      }
      await this.#queue(() => this.#write(path, gathered, null, details));
    } finally {
      await rest.return?.();
    }
  }

  /** Another name of a file that was written. It becomes a file of its own: an edit of one is no edit of the other. */
  async copy(path: ProjectPath, from: ProjectPath): Promise<void> {
    await this.#idle();
    await this.#try(path, () => copyFile(this.#at(from), this.#at(path), constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE));
  }

  link(path: ProjectPath, target: Buffer): void {
    this.#links.push({ path, target });
  }

  /** Everything is on its way to the disk when it resolves. */
  async finish(): Promise<void> {
    await this.#idle();
    for (const { path, target } of this.#links) await this.#try(path, () => symlink(target, this.#at(path)));
  }

  /** Waits for writes that are under way, whatever became of them. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#active);
  }

  async #write(path: ProjectPath, gathered: readonly Uint8Array[], rest: AsyncIterator<Uint8Array> | null, { executable, modifiedAt }: NewFile): Promise<void> {
    await this.#try(path, async () => {
      const handle = await open(this.#at(path), NEW_FILE, executable ? 0o755 : 0o644);
      try {
        await handle.writeFile(gathered.length === 1 && gathered[0] ? gathered[0] : Buffer.concat(gathered));
        // Each goes on where the one before ended.
        for (let next = await rest?.next(); next !== undefined && next.done !== true; next = await rest?.next()) await handle.writeFile(next.value);
        if (modifiedAt && isUsable(modifiedAt)) await handle.utimes(modifiedAt, modifiedAt);
      } finally {
        await handle.close();
      }
    });
  }

  async #queue(work: () => Promise<void>): Promise<void> {
    while (this.#active.size >= WRITES_AT_A_TIME) await Promise.race(this.#active);
    this.#throwFault();
    const active: Promise<void> = work()
      .catch((error: unknown) => void (this.#fault ??= error))
      .finally(() => this.#active.delete(active));
    this.#active.add(active);
  }

  async #idle(): Promise<void> {
    await Promise.all(this.#active);
    this.#throwFault();
  }

  #throwFault(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }

  #at(path: ProjectPath): Buffer {
    return Buffer.concat([this.#root, bytesOfText(path)]);
  }

  async #try(path: ProjectPath, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw writeError(error, path);
    }
  }
}

/** Archives hold times of every kind, some of which no disk can keep. */
function isUsable(time: Date): boolean {
  return time.getTime() > 0 && time.getTime() < LATEST_TIME;
}

/** What the disk refused, as people can understand it. */
export function writeError(error: unknown, path: ProjectPath): unknown {
  switch (error instanceof Error && "code" in error ? error.code : undefined) {
    case "ENOSPC":
    case "EDQUOT":
      return diskFull(error);
    case "ENAMETOOLONG":
    case "EILSEQ":
    case "EINVAL":
      return unsafeName(path, "cannot be kept by this server's disk");
    default:
      return error;
  }
}
