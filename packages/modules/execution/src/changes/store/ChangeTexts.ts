import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { ChangeSetIdSchema, type ChangeSetId } from "@coder/api/execution";
import { ProjectIdSchema, type ProjectId } from "@coder/api/workspace";
import { OrganizationIdSchema, type OrganizationId } from "@coder/shared";
import { fullDisk } from "../../full-disk.ts";

export interface ChangeSetPlace {
  readonly organizationId: OrganizationId;
  readonly projectId: ProjectId;
  readonly id: ChangeSetId;
}

export interface IChangeTexts {
  /** Keeps bytes; on the disk when it answers. */
  put(place: ChangeSetPlace, bytes: Uint8Array): Promise<string>;
  /** What {@link put} kept under this hash. */
  get(place: ChangeSetPlace, hash: string): Promise<Buffer>;
  /** Its bytes. */
  size(place: ChangeSetPlace, hash: string): Promise<number>;
  /** What nothing refers to any more. */
  drop(place: ChangeSetPlace, hash: string): Promise<void>;
  /** Everything of a change set. */
  remove(place: ChangeSetPlace): Promise<void>;
  removeProject(place: Omit<ChangeSetPlace, "id">): Promise<void>;
}

/**
 * Originals and proposals, named by their SHA-256, one folder per change set: `<data>/change-sets/<organization>/<project>/<change set>`. The only place that
 * makes paths there.
 */
export class ChangeTexts implements IChangeTexts {
  readonly #root: string;

  constructor(deps: { readonly dataDirectory: string }) {
    this.#root = path.resolve(deps.dataDirectory, "change-sets");
  }

  /** Of one change set. For what is kept beside the texts. */
  folder(place: ChangeSetPlace): string {
    return path.join(this.#project(place), ChangeSetIdSchema.parse(place.id).toLowerCase());
  }

  async put(place: ChangeSetPlace, bytes: Uint8Array): Promise<string> {
    const hash = hashOfBytes(bytes);
    const folder = this.folder(place);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeDurably(path.join(folder, hash), bytes);
    return hash;
  }

  async get(place: ChangeSetPlace, hash: string): Promise<Buffer> {
    const bytes = await readFile(path.join(this.folder(place), hash));
    if (hashOfBytes(bytes) !== hash) throw new Error(`The kept text ${hash} is damaged`);
    return bytes;
  }

  async size(place: ChangeSetPlace, hash: string): Promise<number> {
    return (await stat(path.join(this.folder(place), hash))).size;
  }

  async drop(place: ChangeSetPlace, hash: string): Promise<void> {
    await rm(path.join(this.folder(place), hash), { force: true });
  }

  async remove(place: ChangeSetPlace): Promise<void> {
    await rm(this.folder(place), { recursive: true, force: true });
  }

  async removeProject(place: Omit<ChangeSetPlace, "id">): Promise<void> {
    await rm(this.#project(place), { recursive: true, force: true });
  }

  #project({ organizationId, projectId }: Omit<ChangeSetPlace, "id">): string {
    return path.join(this.#root, OrganizationIdSchema.parse(organizationId).toLowerCase(), ProjectIdSchema.parse(projectId).toLowerCase());
  }
}

export function hashOfBytes(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Whole and on the disk, or not there: `disk_full`. */
export async function writeDurably(file: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = `${file}.${randomUUID()}`;
  try {
    await using handle: FileHandle = await open(temporary, "wx", 0o600);
    await handle.writeFile(bytes);
    await handle.sync();
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw fullDisk(error);
  }
  await using folder = await open(path.dirname(file), "r");
  await folder.sync();
}
