import { readdir, rm } from "node:fs/promises";
import { bytesOfText } from "./path-bytes.ts";
import { reopen } from "./reopen.ts";

const SLASH = Buffer.from("/");

/**
 * Removes something that no program works in any more, with all in it. Also folders that a program of the project has closed to their owner, who is us where the product is
 * not root: they are opened first. What is not there is removed.
 */
export async function removeAll(at: string): Promise<void> {
  try {
    await rm(at, { recursive: true, force: true });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "EPERM"))) throw error;
    await openFolders(bytesOfText(at));
    // What failed may go on at other places for a moment.
    await rm(at, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function openFolders(folder: Buffer): Promise<void> {
  reopen(folder);
  for (const entry of await readdir(folder, { withFileTypes: true, encoding: "buffer" }).catch(() => [])) {
    if (entry.isDirectory()) await openFolders(Buffer.concat([folder, SLASH, entry.name]));
  }
}
