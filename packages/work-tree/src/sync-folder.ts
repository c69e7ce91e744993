import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** After this the folder's names survive a loss of power. */
export async function syncFolder(folder: string | Buffer): Promise<void> {
  await using handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  await handle.sync();
}
