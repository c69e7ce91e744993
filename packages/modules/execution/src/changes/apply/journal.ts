import { readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { ChangePathSchema } from "@coder/api/execution";
import { syncFolder } from "@coder/work-tree";
import { z } from "zod";
import { PERMISSION_BITS } from "../../file-mode.ts";
import { writeDurably } from "../store/ChangeTexts.ts";

const FileStateSchema = z.object({
  hash: z.string(),
  executable: z.boolean(),
  /** The permission bits it had: what was deleted comes back no more open than it was. Journals that were written before it was kept have none. */
  mode: z.number().int().min(0).max(PERMISSION_BITS).optional(),
});
/** Null: there is no file. */
export const PlannedFileSchema = z.object({ path: ChangePathSchema, before: FileStateSchema.nullable(), after: FileStateSchema.nullable() });
export type PlannedFile = z.output<typeof PlannedFileSchema>;
export type FileState = z.output<typeof FileStateSchema>;

export const JournalSchema = z.object({
  action: z.enum(["apply", "undo"]),
  jobId: z.uuid(),
  /** `back`: what was done is being taken back. */
  direction: z.enum(["forward", "back"]),
  files: z.array(PlannedFileSchema),
  /** Folders that were not there before, outermost first. */
  folders: z.array(ChangePathSchema),
  /** Folders that go where nothing is left in them, outermost first. */
  emptied: z.array(ChangePathSchema).default([]),
});
export type Journal = z.output<typeof JournalSchema>;

/** What is being done to a tree, and what was done last: on the disk before anything is done, so that whoever comes next can finish it or take it back. */
export class JournalFile {
  readonly #folder: string;

  /** @param folder of the change set; it is there */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What was begun and has not ended. */
  open(): Promise<Journal | null> {
    return this.#read("journal.json");
  }

  /** What ended last. */
  done(): Promise<Journal | null> {
    return this.#read("record.json");
  }

  async write(journal: Journal): Promise<void> {
    await writeDurably(path.join(this.#folder, "journal.json"), JSON.stringify(journal));
  }

  /** What was begun is done. */
  async close(): Promise<void> {
    await rename(path.join(this.#folder, "journal.json"), path.join(this.#folder, "record.json"));
    await syncFolder(this.#folder);
  }

  /** What was begun is taken back. */
  async drop(): Promise<void> {
    await rm(path.join(this.#folder, "journal.json"), { force: true });
    await syncFolder(this.#folder);
  }

  async #read(name: string): Promise<Journal | null> {
    const text = await readFile(path.join(this.#folder, name), "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return null;
      throw error;
    });
    return text === null ? null : JournalSchema.parse(JSON.parse(text));
  }
}
