import { z } from "zod";

/** One object per line. */
const LineSchema = z.object({ "child-pid": z.int().optional(), "exit-code": z.int().optional() });

/** What bubblewrap tells of a run (`--json-status-fd`). */
export class StatusReport {
  readonly #begun = Promise.withResolvers<void>();
  #text = "";

  /** Resolves with its first words. */
  get begun(): Promise<void> {
    return this.#begun.promise;
  }

  readonly add = (text: string): void => {
    this.#text += text;
    if (this.#text.includes("\n")) this.#begun.resolve();
  };

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
