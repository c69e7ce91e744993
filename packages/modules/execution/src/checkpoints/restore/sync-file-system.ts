import { spawnSync } from "node:child_process";

/** From so many files or folders on, putting each on the disk by itself takes much longer than all that their file system has to write. */
export const TOGETHER_FROM = 64;

/** Puts all on the disk that waits to be written to the file system of a folder. False where this system has no command for it. */
export function syncFileSystem(folder: string): boolean {
  return spawnSync("sync", ["-f", folder], { stdio: "ignore" }).status === 0;
}
