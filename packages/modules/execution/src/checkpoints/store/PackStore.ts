import { createHash, randomUUID } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { constants as zlib, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { checkpointDamaged } from "../errors.ts";
import { decodeIndex, encodeIndex, type PackedObject } from "./pack-index.ts";

/** Below this, what compression gains is less than what it costs. */
const COMPRESS_FROM_BYTES = 96;
const LEVEL = 1;
const BUFFER_BYTES = 4 * 1024 ** 2;
/** A pack with less than this part of it in use is written anew. */
const KEEP_PACK_FROM = 0.5;

interface Located extends PackedObject {
  readonly pack: string;
}

/**
 * Content by its SHA-256, in packs: one per checkpoint, written once, on the disk as a whole before its index names it. What a killed process left is
 * removed at the next opening. Synchronous, because it runs in a thread of its own; one process at a time, by the lock of the caller.
 */
export class PackStore {
  readonly #folder: string;
  readonly #objects = new Map<string, Located>();
  readonly #readers = new Map<string, number>();
  #writer: PackWriter | null = null;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(folder)) {
      if (!name.endsWith(".idx")) continue;
      const pack = name.slice(0, -".idx".length);
      for (const object of decodeIndex(readFileSync(path.join(folder, name))) ?? []) this.#objects.set(object.hash, { ...object, pack });
    }
    for (const name of readdirSync(folder)) {
      const whole = name.endsWith(".idx") || (name.endsWith(".pack") && this.#has(`${name.slice(0, -".pack".length)}.idx`));
      if (!whole) rmSync(path.join(folder, name), { force: true });
    }
  }

  has(hash: string): boolean {
    return this.#objects.has(hash) || (this.#writer?.has(hash) ?? false);
  }

  /** Keeps bytes and tells their hash. Nothing of it lasts before `commit`. */
  put(bytes: Buffer, hash = sha256(bytes)): string {
    if (this.has(hash)) return hash;
    this.#writer ??= new PackWriter(this.#folder);
    const packed = bytes.length >= COMPRESS_FROM_BYTES ? zstdCompressSync(bytes, { params: { [zlib.ZSTD_c_compressionLevel]: LEVEL } }) : bytes;
    const compressed = packed.length < bytes.length;
    this.#writer.add(hash, compressed ? packed : bytes, compressed);
    return hash;
  }

  /** Makes what was put last, a loss of power included. */
  commit(): void {
    const written = this.#writer?.close();
    // One that could not be closed is given up by `abandon`.
    this.#writer = null;
    for (const object of written?.objects ?? []) this.#objects.set(object.hash, { ...object, pack: written?.pack ?? "" });
  }

  /** Gives up what was put since the last `commit`. */
  abandon(): void {
    this.#writer?.abandon();
    this.#writer = null;
  }

  /** The bytes of a hash, and no others: `checkpoint_damaged` otherwise. */
  get(hash: string): Buffer {
    const found = this.#objects.get(hash);
    if (!found) throw checkpointDamaged(hash);
    let bytes: Buffer;
    try {
      const stored = Buffer.allocUnsafe(found.length);
      const read = readSync(this.#reader(found.pack), stored, 0, found.length, found.offset);
      if (read !== found.length) throw checkpointDamaged(hash);
      bytes = found.compressed ? zstdDecompressSync(stored) : stored;
    } catch {
      throw checkpointDamaged(hash);
    }
    if (sha256(bytes) !== hash) throw checkpointDamaged(hash);
    return bytes;
  }

  /** What all packs take, in bytes. */
  size(): number {
    return readdirSync(this.#folder).reduce((sum, name) => sum + statSync(path.join(this.#folder, name)).size, 0);
  }

  /** Removes what is not in `live`: packs without any of it at once, packs with little of it after what is left was written anew. */
  collect(live: ReadonlySet<string>): void {
    const packs = new Map<string, { kept: Located[]; keptBytes: number; bytes: number }>();
    for (const object of this.#objects.values()) {
      const pack = packs.get(object.pack) ?? { kept: [], keptBytes: 0, bytes: 0 };
      packs.set(object.pack, pack);
      pack.bytes += object.length;
      if (!live.has(object.hash)) continue;
      pack.kept.push(object);
      pack.keptBytes += object.length;
    }
    const poor = [...packs].filter(([, { keptBytes, bytes, kept }]) => kept.length === 0 || keptBytes < bytes * KEEP_PACK_FROM);
    for (const [, { kept }] of poor) {
      for (const { hash } of kept) {
        const bytes = this.get(hash);
        this.#objects.delete(hash);
        this.put(bytes, hash);
      }
    }
    this.commit();
    for (const [pack] of poor) this.#drop(pack);
  }

  close(): void {
    this.abandon();
    for (const reader of this.#readers.values()) closeSync(reader);
    this.#readers.clear();
  }

  #drop(pack: string): void {
    const reader = this.#readers.get(pack);
    if (reader !== undefined) closeSync(reader);
    this.#readers.delete(pack);
    // The index first: a pack without one is removed at the next opening, an index without its pack would lie.
    rmSync(path.join(this.#folder, `${pack}.idx`), { force: true });
    rmSync(path.join(this.#folder, `${pack}.pack`), { force: true });
    for (const [hash, object] of this.#objects) if (object.pack === pack) this.#objects.delete(hash);
  }

  #reader(pack: string): number {
    const open = this.#readers.get(pack) ?? openSync(path.join(this.#folder, `${pack}.pack`), "r");
    this.#readers.set(pack, open);
    return open;
  }

  #has(name: string): boolean {
    return statSync(path.join(this.#folder, name), { throwIfNoEntry: false }) !== undefined;
  }
}

class PackWriter {
  readonly #pack = randomUUID();
  readonly #folder: string;
  readonly #file: number;
  readonly #objects = new Map<string, PackedObject>();
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #offset = 0;
  #isOpen = true;

  constructor(folder: string) {
    this.#folder = folder;
    this.#file = openSync(this.#path("part"), "wx", 0o600);
  }

  has(hash: string): boolean {
    return this.#objects.has(hash);
  }

  add(hash: string, bytes: Buffer, compressed: boolean): void {
    this.#objects.set(hash, { hash, offset: this.#offset, length: bytes.length, compressed });
    this.#offset += bytes.length;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= BUFFER_BYTES) this.#flush();
  }

  close(): { readonly pack: string; readonly objects: readonly PackedObject[] } {
    this.#flush();
    fsyncSync(this.#file);
    this.#closeFile();
    renameSync(this.#path("part"), this.#path("pack"));
    const objects = [...this.#objects.values()];
    const index = openSync(this.#path("new"), "wx", 0o600);
    try {
      writeFileSync(index, encodeIndex(objects));
      fsyncSync(index);
    } finally {
      closeSync(index);
    }
    renameSync(this.#path("new"), this.#path("idx"));
    syncFolderSync(this.#folder);
    return { pack: this.#pack, objects };
  }

  abandon(): void {
    this.#closeFile();
    for (const extension of ["idx", "new", "pack", "part"]) rmSync(this.#path(extension), { force: true });
  }

  #closeFile(): void {
    if (this.#isOpen) closeSync(this.#file);
    this.#isOpen = false;
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#waiting);
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #path(extension: string): string {
    return path.join(this.#folder, `${this.#pack}.${extension}`);
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function syncFolderSync(folder: string): void {
  const handle = openSync(folder, "r");
  fsyncSync(handle);
  closeSync(handle);
}
