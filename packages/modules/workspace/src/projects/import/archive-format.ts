import { open } from "node:fs/promises";
import { archiveUnsupported, sourceGone } from "./errors.ts";
import type { IImportSource } from "./import-source.ts";
import { parseTarHeader, TAR_BLOCK } from "./tar-header.ts";
import { TarSource } from "./TarSource.ts";
import { ZipSource } from "./ZipSource.ts";

export type ImportFormat = "zip" | "tar" | "tar.gz";

/** What an archive is, by its first bytes: names lie. Null for anything else. */
export function formatOf(head: Buffer): ImportFormat | null {
  const signature = head.length >= 4 ? head.readUInt32LE(0) : 0;
  if (signature === 0x04034b50 || signature === 0x06054b50) return "zip";
  if (head[0] === 0x1f && head[1] === 0x8b) return "tar.gz";
  return head.length >= TAR_BLOCK && isTarHeader(head.subarray(0, TAR_BLOCK)) ? "tar" : null;
}

function isTarHeader(block: Buffer): boolean {
  try {
    return parseTarHeader(block) !== null;
  } catch {
    return false;
  }
}

/** `archive_unsupported` for what is none, `source_gone` where there is none. */
export async function openArchive(file: string, maxRatio: number): Promise<IImportSource> {
  const { head, sizeBytes } = await headOf(file);
  const format = formatOf(head);
  if (format === null) throw archiveUnsupported();
  return format === "zip" ? new ZipSource({ file, sizeBytes }) : new TarSource({ file, sizeBytes, gzip: format === "tar.gz", maxRatio });
}

/** The beginning of a file, and its size. */
export async function headOf(file: string): Promise<{ readonly head: Buffer; readonly sizeBytes: number }> {
  const handle = await open(file).catch(() => {
    throw sourceGone();
  });
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(TAR_BLOCK), 0, TAR_BLOCK, 0);
    return { head: buffer.subarray(0, bytesRead), sizeBytes: size };
  } finally {
    await handle.close();
  }
}
