import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** What one fork reads, in the folder of its server and under its run's name. */
export class ForkFiles {
  readonly #folder: string;
  readonly #run: string;
  readonly #names: string[] = [];

  constructor(folder: string, run: string) {
    this.#folder = folder;
    this.#run = run;
  }

  addScript(text: string): void {
    this.#write(this.#run, Buffer.from(text));
  }

  /** Returns its name. */
  add(content: Uint8Array): string {
    return this.#write(`${this.#run}-${this.#names.length}`, content);
  }

  remove(): void {
    for (const name of this.#names) rmSync(path.join(this.#folder, name), { force: true });
  }

  #write(name: string, content: Uint8Array): string {
    this.#names.push(name);
    // Somebody who tidies up temporary files may have taken it away.
    if (!existsSync(this.#folder)) mkdirSync(this.#folder, 0o700);
    writeFileSync(path.join(this.#folder, name), content, { mode: 0o600, flag: "wx" });
    return name;
  }
}
