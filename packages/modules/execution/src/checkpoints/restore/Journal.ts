import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { syncFolderSync } from "../store/PackStore.ts";
import type { GuardedStep } from "./TreeChanger.ts";

/** Its name in a project's store. */
export const JOURNAL = "restore.json";

const JournalSchema = z.object({
  checkpointId: z.uuid(),
  steps: z.array(z.custom<GuardedStep>((value) => typeof value === "object" && value !== null && "path" in value)),
  /** How it ended: every step is done, and only the row does not know it yet. */
  done: z.object({ root: z.string(), blocked: z.array(z.string()) }).nullable(),
});
export type JournalEntry = z.output<typeof JournalSchema>;

/** What a restore is about to do, on the disk before it begins. It goes when the restore has ended and its checkpoint says so. */
export class Journal {
  readonly #folder: string;
  readonly #file: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#file = path.join(folder, JOURNAL);
  }

  read(): JournalEntry | null {
    let text: string;
    try {
      text = readFileSync(this.#file, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
      throw error;
    }
    return JournalSchema.parse(JSON.parse(text));
  }

  write(entry: JournalEntry): void {
    const handle = openSync(`${this.#file}.new`, "w", 0o600);
    try {
      writeFileSync(handle, JSON.stringify(entry));
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(`${this.#file}.new`, this.#file);
    syncFolderSync(this.#folder);
  }

  remove(): void {
    rmSync(this.#file, { force: true });
    syncFolderSync(this.#folder);
  }
}
