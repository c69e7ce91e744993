import type { Readable } from "node:stream";
import { z } from "zod";

/** One object per line. */
const LineSchema = z.object({ "child-pid": z.int().optional(), "exit-code": z.int().optional() });

/** What bubblewrap tells (`--json-status-fd`), from its beginning to its end. */
export class StatusReport {
  /** Resolves when there is a first process, or will be none any more. */
  readonly begun: Promise<void>;
  /** Resolves when bubblewrap has ended. */
  readonly complete: Promise<void>;
  #text = "";
  #over = false;

  constructor(told: Readable) {
    const [begun, complete] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    this.begun = begun.promise;
    this.complete = complete.promise;
    told.on("data", (data: Buffer) => {
      this.#text += data.toString();
      if (this.#text.includes("\n")) begun.resolve();
    });
    told.on("error", () => undefined).once("close", () => {
      this.#over = true;
      begun.resolve();
      complete.resolve();
    });
  }

  get over(): boolean {
    return this.#over;
  }

  /** Of the run's process namespace; null: there is none yet. */
  get firstProcess(): number | null {
    return this.#told("child-pid");
  }

  /** Null: the program has not ended, or never came to run. */
  get exitCode(): number | null {
    return this.#told("exit-code");
  }

  #told(name: keyof z.infer<typeof LineSchema>): number | null {
    const lines = this.#text.split("\n").slice(0, -1).map((line) => LineSchema.parse(JSON.parse(line)));
    return lines.find((line) => line[name] !== undefined)?.[name] ?? null;
  }
}
