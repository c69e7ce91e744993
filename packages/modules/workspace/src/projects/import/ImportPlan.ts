import type { ProjectPath } from "@coder/api/workspace";
import { bytesOfText, textOfBytes } from "@coder/work-tree";
import { pathOfName } from "./entry-name.ts";
import { duplicateEntry, entryConflict, linkWithoutFile, suspiciousRatio, tooLarge, tooManyEntries, unsafeName } from "./errors.ts";
import type { NameOrigin, SourceEntry } from "./import-source.ts";
import { checkLinks } from "./link-check.ts";

export interface ImportLimits {
  readonly maxEntries: number;
  readonly maxEntryBytes: number;
  readonly maxUnpackedBytes: number;
  readonly maxRatio: number;
}

export interface ImportPlanOptions {
  readonly limits: ImportLimits;
  /** Longest path in bytes below the place where it is unpacked. */
  readonly maxPathBytes: number;
  readonly names: NameOrigin;
  /** Two names with the same key are one to the disk. */
  readonly collisionKey: (name: string) => string;
}

export interface ImportTotals {
  readonly files: number;
  readonly folders: number;
  readonly bytes: number;
}

interface Node {
  readonly path: ProjectPath;
  readonly kind: "file" | "folder" | "symlink";
  sizeBytes: number;
}

/** Small things may shrink as much as they like: a ratio says something from here on. */
const RATIO_FLOOR_BYTES = 16 * 1024 ** 2;
const MAX_TARGET_BYTES = 4_095;

/**
 * What an import will write, put together and checked from its entries before anything is written: names, collisions, links, sizes. Holds names, never
 * content.
 */
export class ImportPlan {
  readonly #options: ImportPlanOptions;
  readonly #nodes = new Map<string, Node>();
  readonly #links = new Map<string, string>();
  #files = 0;
  #bytes = 0;
  /** Left out in front of every path: the one folder that holds everything. */
  #stripped = "";
  #finished = false;

  constructor(options: ImportPlanOptions) {
    this.#options = options;
  }

  /** Checks an entry by itself and against those before it. Null: it is the folder the source is made of. */
  add(entry: SourceEntry): ProjectPath | null {
    const path = this.pathOf(entry.name);
    if (path === "") {
      if (entry.kind !== "folder") throw unsafeName(textOfBytes(entry.name), "names the project itself");
      return null;
    }
    this.#addParents(path);
    if (entry.kind === "folder") this.#addFolder(path);
    else if (entry.kind === "symlink") this.#addSymlink(path, entry.target);
    else this.#addFile(path, entry);
    return path;
  }

  /** Counts content as it is read: `path` as {@link add} gave it. */
  grow(path: ProjectPath, bytes: number): void {
    const { maxEntryBytes, maxUnpackedBytes } = this.#options.limits;
    const node = this.#nodes.get(this.#key(path));
    if (!node) return;
    node.sizeBytes += bytes;
    this.#bytes += bytes;
    if (node.sizeBytes > maxEntryBytes) throw tooLarge("entry", maxEntryBytes, path);
    if (this.#bytes > maxUnpackedBytes) throw tooLarge("unpacked", maxUnpackedBytes);
  }

  /** @param name of an entry that is packed by itself; undefined for the archive as a whole */
  checkRatio(unpackedBytes: number, packedBytes: number, name?: string): void {
    const { maxRatio } = this.#options.limits;
    if (unpackedBytes > RATIO_FLOOR_BYTES && unpackedBytes > packedBytes * maxRatio) throw suspiciousRatio(maxRatio, name);
  }

  /** After the last entry: strips the one top folder, then checks where the links lead. */
  async finish(signal: AbortSignal): Promise<ImportTotals> {
    // A folder of this server was chosen as it is: who wants what lies deeper chooses that.
    this.#stripped = this.#options.names === "disk" ? "" : this.#onlyFolder();
    this.#finished = true;
    const links = new Map([...this.#links].map(([path, target]) => [this.destination(path), target]));
    const byKey = new Map([...links].map(([path, target]) => [this.#key(path), target]));
    await checkLinks(links, (path) => byKey.get(this.#key(path)), signal);
    return this.totals;
  }

  get totals(): ImportTotals {
    const folders = this.#nodes.size - this.#files - this.#links.size - (this.#stripped === "" ? 0 : 1);
    return { files: this.#files + this.#links.size, folders, bytes: this.#bytes };
  }

  /** Where an entry goes; `""` for the folder that was stripped. Only once the plan is finished. */
  destination(path: ProjectPath): ProjectPath {
    if (!this.#finished) throw new Error("The plan is not finished");
    if (this.#stripped === "") return path;
    return path === this.#stripped ? "" : path.slice(this.#stripped.length + 1);
  }

  /** The paths of all folders, each after the one it lies in. */
  *folders(): Generator<ProjectPath> {
    for (const node of this.#nodes.values()) if (node.kind === "folder" && node.path !== this.#stripped) yield this.destination(node.path);
  }

  /** The path that a name in the source stands for, before anything is stripped. */
  pathOf(name: Buffer): ProjectPath {
    return pathOfName(name, this.#options);
  }

  /** Null for what the plan does not hold. */
  kindOf(path: ProjectPath): "file" | "folder" | "symlink" | null {
    return this.#nodes.get(this.#key(path))?.kind ?? null;
  }

  /** What a symlink was found to say. A source that changes its mind afterwards is not believed. */
  targetOf(path: ProjectPath): Buffer {
    return bytesOfText(this.#links.get(path) ?? "");
  }

  /** How large a file was found to be. */
  sizeOf(path: ProjectPath): number {
    return this.#nodes.get(this.#key(path))?.sizeBytes ?? 0;
  }

  #addParents(path: ProjectPath): void {
    for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
      const parent = path.slice(0, slash);
      const node = this.#nodes.get(this.#key(parent));
      if (!node) this.#put({ path: parent, kind: "folder", sizeBytes: 0 });
      else if (node.path !== parent) throw duplicateEntry(parent);
      else if (node.kind !== "folder") throw entryConflict(path);
    }
  }

  #addFolder(path: ProjectPath): void {
    const node = this.#nodes.get(this.#key(path));
    if (!node) this.#put({ path, kind: "folder", sizeBytes: 0 });
    else if (node.path !== path || node.kind !== "folder") throw duplicateEntry(path);
  }

  #addSymlink(path: ProjectPath, bytes: Buffer): void {
    const target = textOfBytes(bytes);
    if (bytes.length === 0 || bytes.length > MAX_TARGET_BYTES || bytes.includes(0)) throw unsafeName(path, "is a link to something that has no name");
    if (this.#nodes.has(this.#key(path))) throw duplicateEntry(path);
    this.#put({ path, kind: "symlink", sizeBytes: 0 });
    this.#links.set(path, target);
  }

  #addFile(path: ProjectPath, entry: SourceEntry): void {
    if (this.#nodes.has(this.#key(path))) throw duplicateEntry(path);
    const { maxEntryBytes } = this.#options.limits;
    if (entry.kind === "file" && entry.sizeBytes > maxEntryBytes) throw tooLarge("entry", maxEntryBytes, path);
    this.#put({ path, kind: "file", sizeBytes: 0 });
    this.#files += 1;
    if (entry.kind === "link") this.grow(path, this.#linkedFile(path, entry.target).sizeBytes);
  }

  #linkedFile(path: ProjectPath, target: Buffer): Node {
    const linked = this.#nodes.get(this.#key(this.pathOf(target)));
    if (linked?.kind !== "file" || linked.path === path) throw linkWithoutFile(path, textOfBytes(target));
    return linked;
  }

  #put(node: Node): void {
    if (this.#nodes.size >= this.#options.limits.maxEntries) throw tooManyEntries(this.#options.limits.maxEntries);
    this.#nodes.set(this.#key(node.path), node);
  }

  #key(path: ProjectPath): string {
    return this.#options.collisionKey(path);
  }

  /** The folder in which everything lies; `""` when there is none. */
  #onlyFolder(): string {
    let only = "";
    for (const { path, kind } of this.#nodes.values()) {
      if (path.includes("/")) continue;
      if (only !== "" || kind !== "folder") return "";
      only = path;
    }
    return only;
  }
}
