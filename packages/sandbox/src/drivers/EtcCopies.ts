import { chmodSync, existsSync, rmSync, statSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import path from "node:path";
import { sandboxFailed } from "../errors.ts";
import { execute } from "../execute.ts";
import { makeTemporaryFolder, removeFoldersOfDead } from "./temporary-folder.ts";

/** Of the host's /etc: how programs and libraries are found, and whom TLS trusts. No account, no key, no name of a host. */
const SHOWN = ["alternatives", "ld.so.cache", "localtime", "ssl/certs", "ssl/openssl.cnf", "pki/tls/certs"];
/** Before somebody who tidies up temporary files takes out what nobody has read for long. */
const MOST_MS = 24 * 3_600_000;
/** What the product may not read of it, runs need not see. */
const UNREADABLE = "Permission denied";

/** What a run sees at /etc, until it is released. */
export interface EtcCopy {
  readonly folder: string;
  release(): void;
}

interface Generation {
  readonly folder: string;
  readonly state: string;
  readonly madeAt: number;
  readonly ready: Promise<void>;
  users: number;
}

/**
 * All that runs see at /etc, in one folder: bubblewrap reads the list of all mounts for each mount that it makes, so one mount for each file costs more than
 * everything else it shows. When something changes on the host there is a new folder, and the old one goes with the last run that sees it.
 */
export class EtcCopies {
  readonly #files: Readonly<Record<string, string>>;
  readonly #from: string;
  #current: Generation | null = null;

  /** @param files By name: what is not the host's. */
  constructor(files: Readonly<Record<string, string>>, from = "/etc") {
    this.#files = files;
    this.#from = from;
  }

  /** Throws `sandbox_failed`. */
  async use(): Promise<EtcCopy> {
    const copy = this.#upToDate();
    copy.users += 1;
    try {
      await copy.ready;
      return { folder: copy.folder, release: () => this.#leave(copy) };
    } catch (error) {
      if (this.#current === copy) this.#current = null;
      this.#leave(copy);
      throw error;
    }
  }

  /** After the last run. */
  async close(): Promise<void> {
    const last = this.#current;
    this.#current = null;
    if (last === null) return;
    await last.ready.catch(() => undefined);
    removed(last);
  }

  #upToDate(): Generation {
    const state = SHOWN.map((name) => stateOf(path.join(this.#from, name))).join(" ");
    const old = this.#current;
    if (old !== null && old.state === state && Date.now() - old.madeAt < MOST_MS && existsSync(old.folder)) return old;
    const folder = makeTemporaryFolder("etc");
    this.#current = { folder, state, madeAt: Date.now(), ready: this.#fill(folder), users: 0 };
    if (old?.users === 0) removed(old);
    return this.#current;
  }

  #leave(copy: Generation): void {
    copy.users -= 1;
    if (copy.users === 0 && copy !== this.#current) removed(copy);
  }

  async #fill(folder: string): Promise<void> {
    // Whoever runs are, and whatever the product's umask is.
    chmodSync(folder, 0o755);
    for (const [name, text] of Object.entries(this.#files)) {
      await writeFile(path.join(folder, name), text);
      await chmod(path.join(folder, name), 0o644);
    }
    const there = SHOWN.filter((name) => stateOf(path.join(this.#from, name)) !== "");
    // Links as they are, except those that are named here: they may lead to where runs see nothing.
    const { stderr } = there.length === 0 ? { stderr: "" } : await execute("cp", ["-R", "-H", "-p", "--parents", "--", ...there, folder], { cwd: this.#from });
    const problem = stderr.split("\n").find((line) => line !== "" && !line.endsWith(UNREADABLE));
    if (problem !== undefined) throw sandboxFailed(`what runs see at /etc cannot be copied to ${folder} (${problem})`);
    await removeFoldersOfDead();
  }
}

/** Changes with the file, or with the entries of the directory; empty for what is not there, or not for us. */
function stateOf(file: string): string {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    return found === undefined ? "" : `${found.ino}:${found.size}:${found.mtimeMs}:${found.ctimeMs}`;
  } catch {
    return "";
  }
}

function removed({ folder }: Generation): void {
  rmSync(folder, { recursive: true, force: true });
}
