import { closeSync, readSync } from "node:fs";
import { z } from "zod";
import { namelessFile } from "./files-for-child.ts";

/** More than the two lines that bubblewrap writes. */
const MOST_BYTES = 4_096;

/** One object per line. */
const LineSchema = z.object({ "child-pid": z.int().optional(), "exit-code": z.int().optional() });

export interface Status {
  /** Of the run's process namespace; null: there is none yet. */
  readonly firstProcess: number | null;
  /** Null: the program has not ended, or never came to run. */
  readonly exitCode: number | null;
}

/** What bubblewrap tells (`--json-status-fd`). A file, because it is asked for at the end of a run and a pipe would have to be listened to from its beginning. */
export class StatusFile {
  readonly descriptor = namelessFile(new Uint8Array());
  #last: Status = { firstProcess: null, exitCode: null };
  #closed = false;

  read(): Status {
    if (this.#closed) return this.#last;
    const bytes = Buffer.alloc(MOST_BYTES);
    const text = bytes.toString("utf8", 0, readSync(this.descriptor, bytes, 0, MOST_BYTES, 0));
    const told = text.split("\n").slice(0, -1).map((line) => LineSchema.parse(JSON.parse(line)));
    this.#last = { firstProcess: told.find((line) => line["child-pid"] !== undefined)?.["child-pid"] ?? null, exitCode: told.find((line) => line["exit-code"] !== undefined)?.["exit-code"] ?? null };
    return this.#last;
  }

  /** What was told until then can be read afterwards. */
  close(): void {
    if (this.#closed) return;
    this.read();
    this.#closed = true;
    closeSync(this.descriptor);
  }
}
