import { mkdtempSync } from "node:fs";
import { lstat, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { namePrefix } from "../name-prefix.ts";
import { isRunning } from "./outcome.ts";

/** Where temporary files lie, for programs that are started somewhere else too. */
const PARENT = path.resolve(tmpdir());

/** A folder that this process alone may enter, until it says otherwise. Its name says whose it is, and what for. */
export function makeTemporaryFolder(purpose: string): string {
  return mkdtempSync(path.join(PARENT, `${namePrefix()}${purpose}-${process.pid}-`));
}

/** What processes that were killed left behind. Of our own only: what is somebody else's may become something else while it is removed. */
export async function removeFoldersOfDead(): Promise<void> {
  const prefix = namePrefix();
  for (const name of await readdir(PARENT)) {
    const pid = name.startsWith(prefix) ? /^[a-z]+-(\d+)-/.exec(name.slice(prefix.length))?.[1] : undefined;
    if (pid === undefined || isRunning(Number(pid))) continue;
    const folder = path.join(PARENT, name);
    const found = await lstat(folder).catch(() => null);
    if (found?.isDirectory() && found.uid === process.geteuid?.()) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}
