import { readFile } from "node:fs/promises";

const FILE = new URL("../../data/common-passwords.txt", import.meta.url);

/** The list of passwords that everybody tries first. Read when it is needed for the first time. */
export class CommonPasswords {
  #known: Promise<ReadonlySet<string>> | null = null;

  /** `password` in lower case. */
  async has(password: string): Promise<boolean> {
    this.#known ??= readFile(FILE, "utf8").then((text) => new Set(text.split("\n").filter(Boolean)));
    return (await this.#known).has(password);
  }
}
