import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { ProjectDirectory } from "@coder/work-tree";
import { formatOf, headOf } from "./archive-format.ts";
import { archiveUnsupported, tooLarge } from "./errors.ts";
import { ImportTarget } from "./ImportTarget.ts";
import { writeError } from "./TreeWriter.ts";

/** Keeps an upload as the source of an import, whole or not at all. Returns its size. */
export async function receiveArchive(body: AsyncIterable<Uint8Array>, directory: ProjectDirectory, maxBytes: number): Promise<number> {
  const part = path.join(directory.staging, `upload-${randomUUID()}`);
  try {
    await mkdir(directory.staging, { recursive: true });
    const sizeBytes = await store(body, part, maxBytes);
    const { head } = await headOf(part);
    if (formatOf(head) === null) throw archiveUnsupported();
    await rename(part, ImportTarget.archiveOf(directory));
    return sizeBytes;
  } catch (error) {
    await rm(directory.root, { recursive: true, force: true });
    throw writeError(error, "");
  }
}

async function store(body: AsyncIterable<Uint8Array>, file: string, maxBytes: number): Promise<number> {
  const handle = await open(file, "wx", 0o600);
  try {
    let sizeBytes = 0;
    for await (const chunk of body) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw tooLarge("archive", maxBytes);
      await handle.writeFile(chunk);
    }
    await handle.sync();
    return sizeBytes;
  } finally {
    await handle.close();
  }
}
