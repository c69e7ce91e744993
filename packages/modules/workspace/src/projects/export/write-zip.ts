import { PassThrough, Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { ZipFile } from "yazl";
import type { ExportEntry } from "./export-entry.ts";

const ignore = (): void => undefined;

/**
 * A zip of the entries, with modes and links. Names in it are Unicode with slashes between: a byte that is not UTF-8, a backslash, and a colon that looks like a
 * drive are written as `%80`.
 */
export async function* writeZip(entries: AsyncIterable<ExportEntry>): AsyncGenerator<Uint8Array> {
  const zip = new ZipFile();
  const output = zip.outputStream;
  if (!(output instanceof PassThrough)) throw new Error("This zip writer has another output than expected");
  // Whoever reads it learns of an error by reading; a write after the reader has left is none.
  output.on("error", ignore);
  zip.on("error", (error: Error) => output.destroy(error));
  const left = Promise.withResolvers<void>();
  const filled = fill(zip, entries, left.promise).catch((error: unknown) => void output.destroy(error instanceof Error ? error : new Error("The archive could not be written")));
  try {
    for await (const chunk of output) if (chunk instanceof Uint8Array) yield chunk;
  } finally {
    left.resolve();
    await filled;
  }
}

/** One after the other: so no more is read than is taken. */
async function fill(zip: ZipFile, entries: AsyncIterable<ExportEntry>, left: Promise<void>): Promise<void> {
  for await (const entry of entries) {
    const content = add(zip, entry);
    if (content === null) continue;
    const isLeft = await Promise.race([finished(content).then(() => false), left.then(() => true)]);
    if (!isLeft) continue;
    content.destroy();
    return;
  }
  zip.end();
}

/** The stream that is read when its turn has come; null for what has no content. */
function add(zip: ZipFile, entry: ExportEntry): Readable | null {
  const name = zipName(entry.path);
  if (entry.kind === "folder") zip.addEmptyDirectory(name, { mtime: entry.modifiedAt, mode: 0o040755 });
  else if (entry.kind === "symlink") zip.addBuffer(entry.target, name, { mtime: entry.modifiedAt, mode: 0o120777, compress: false });
  else {
    const { file } = entry;
    const content = Readable.from(file.content(), { objectMode: false });
    zip.addReadStream(content, name, { mtime: file.modifiedAt, mode: file.executable ? 0o100755 : 0o100644, size: file.sizeBytes });
    return content;
  }
  return null;
}

export function zipName(path: string): string {
  return path.replace(/\\|(?<=^[a-zA-Z]):|(?<![\ud800-\udbff])[\udc80-\udcff]/g, (character) => `%${(character.charCodeAt(0) & 0xff).toString(16).padStart(2, "0")}`);
}
