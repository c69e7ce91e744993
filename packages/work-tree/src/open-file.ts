import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";

/** Opens what must be a file: no link is followed, and a pipe without a writer does not wait. Null for anything else, and for nothing. */
export async function openFile(entry: Buffer): Promise<FileHandle | null> {
  try {
    const file = await open(entry, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    return null;
  } catch (error) {
    // ELOOP: a link. ENXIO: a socket.
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ELOOP" || error.code === "ENXIO" || error.code === "ENOTDIR")) return null;
    throw error;
  }
}

/** The beginning of a small file, such as an ignore file; null where there is none. */
export async function readSmallFile(entry: Buffer, maxBytes: number): Promise<Buffer | null> {
  const file = await openFile(entry);
  if (!file) return null;
  try {
    const buffer = Buffer.alloc(Math.min((await file.stat()).size, maxBytes));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
