import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { syncFolderSync } from "../store/PackStore.ts";
import type { GuardedStep } from "./TreeChanger.ts";

/** Its name in a project's store. */
export const JOURNAL = "restore.json";

const StepsSchema = z.object({ checkpointId: z.uuid(), steps: z.array(z.custom<GuardedStep>((value) => typeof value === "object" && value !== null && "path" in value)) });
export type JournalEntry = z.output<typeof StepsSchema>;

/** What a restore is about to do, on the disk before it does it: whoever finds it finishes it. One per project, because restores take turns. */
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
    } catch {
      return null;
    }
    return StepsSchema.parse(JSON.parse(text));
  }

  write(entry: JournalEntry): void {
    const handle = openSync(`${this.#file}.new`, "w", 0o600);
    writeFileSync(handle, JSON.stringify(entry));
    fsyncSync(handle);
    closeSync(handle);
    renameSync(`${this.#file}.new`, this.#file);
    syncFolderSync(this.#folder);
  }

  remove(): void {
    rmSync(this.#file, { force: true });
    syncFolderSync(this.#folder);
  }
}
