import { open } from "node:fs/promises";
import { textOfBytes } from "@coder/work-tree";
import { fromRandomAccessReaderPromise, type Entry, type ZipFile } from "yauzl";
import { cp437 } from "./cp437.ts";
import { archiveCorrupt, archiveFeature, readFault, specialEntry } from "./errors.ts";
import type { IImportSource, SourceEntry, SourceKind } from "./import-source.ts";
import { WindowedReader } from "./WindowedReader.ts";
import { zipContent } from "./zip-content.ts";

const S_IFMT = 0o170000;
const KINDS: Readonly<Record<number, SourceKind>> = { 0: "file", 0o100000: "file", 0o040000: "folder", 0o120000: "symlink" };
/** Hosts whose entries carry a Unix mode. */
const UNIX_HOSTS: ReadonlySet<number> = new Set([3, 19]);
const FLAG = { encrypted: 0x1, sizesFollow: 0x8, masked: 0x2000, utf8: 0x800 } as const;
const MAX_TARGET_BYTES = 4_096;
const UNKNOWN_SIZE = 0xffffffff;
/** What macOS adds to every zip beside the files: their attributes, in files of the same names. */
const MACOS_EXTRAS = /^__MACOSX\//;

/** A `.zip`. Both directories of it have to say the same of every entry, no two entries may share bytes, and every checksum has to hold. */
export class ZipSource implements IImportSource {
  readonly names = "zip";
  readonly sizesAreKnown = false;
  readonly #file: string;
  readonly totalBytes: number;

  constructor({ file, sizeBytes }: { readonly file: string; readonly sizeBytes: number }) {
    this.#file = file;
    this.totalBytes = sizeBytes;
  }

  async *entries(signal: AbortSignal, onProgress: (readBytes: number) => void): AsyncGenerator<SourceEntry> {
    const handle = await open(this.#file);
    const reader = new WindowedReader(handle);
    try {
      const zip = await fromRandomAccessReaderPromise(reader, this.totalBytes, { autoClose: false, decodeStrings: false });
      const spans = new Spans(Number(zip.readEntryCursor));
      let read = 0;
      for await (const entry of zip.eachEntry()) {
        signal.throwIfAborted();
        const found = await entryOf(zip, reader, entry, spans, signal);
        if (found !== null) yield found;
        onProgress(Math.min(this.totalBytes, (read += entry.compressedSize)));
      }
      spans.check();
      onProgress(this.totalBytes);
    } catch (error) {
      throw readFault(error, signal);
    } finally {
      await handle.close();
    }
  }
}

/** Null for what is nothing of the project's. */
async function entryOf(zip: ZipFile, reader: WindowedReader, entry: Entry, spans: Spans, signal: AbortSignal): Promise<SourceEntry | null> {
  const shownName = textOfBytes(entry.fileNameRaw);
  if (entry.generalPurposeBitFlag & (FLAG.encrypted | FLAG.masked)) throw archiveFeature("encryption");
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) throw archiveFeature("a compression other than deflate");
  const start = await checkLocalHeader(zip, entry, spans);
  if (MACOS_EXTRAS.test(shownName)) return null;
  const host = entry.versionMadeBy >> 8;
  const mode = UNIX_HOSTS.has(host) ? entry.externalFileAttributes >>> 16 : 0;
  const kind = entry.fileNameRaw.at(-1) === 0x2f ? "folder" : KINDS[mode & S_IFMT];
  if (kind === undefined) throw specialEntry(shownName, "a device, pipe or socket");
  if (kind === "folder" && entry.uncompressedSize > 0) throw archiveCorrupt("something that is no file has content");
  const content = () => zipContent({ zip, reader, entry, start, signal });
  return {
    name: nameOf(entry, host),
    kind,
    sizeBytes: kind === "file" ? entry.uncompressedSize : 0,
    packedBytes: entry.compressedSize,
    executable: (mode & 0o100) !== 0,
    modifiedAt: entry.getLastModDate(),
    target: kind === "symlink" ? await readTarget(entry, content()) : Buffer.alloc(0),
    content,
  };
}

/** Programs differ in which of the two headers they believe: they have to be of one mind. Returns where the entry's bytes begin. */
async function checkLocalHeader(zip: ZipFile, entry: Entry, spans: Spans): Promise<number> {
  const local = await zip.readLocalFileHeaderPromise(entry);
  spans.add(entry.relativeOffsetOfLocalHeader, local.fileDataStart + entry.compressedSize);
  const same =
    local.fileName.equals(entry.fileNameRaw) &&
    local.compressionMethod === entry.compressionMethod &&
    (local.generalPurposeBitFlag & (FLAG.encrypted | FLAG.utf8)) === (entry.generalPurposeBitFlag & (FLAG.encrypted | FLAG.utf8));
  const sizesFollow = (local.generalPurposeBitFlag & FLAG.sizesFollow) !== 0;
  const sameSizes = sizesFollow || (sameSize(local.compressedSize, entry.compressedSize) && sameSize(local.uncompressedSize, entry.uncompressedSize) && local.crc32 === entry.crc32);
  if (!same || !sameSizes) throw archiveCorrupt(`its two descriptions of “${textOfBytes(entry.fileNameRaw)}” differ`);
  return local.fileDataStart;
}

/** A size beyond 4 GiB stands elsewhere in the header. */
function sameSize(local: number, central: number): boolean {
  return local === central || local === UNKNOWN_SIZE;
}

/** Names are bytes on Unix. Elsewhere they are UTF-8 where that is said, and else what DOS had. */
function nameOf(entry: Entry, host: number): Buffer {
  if (UNIX_HOSTS.has(host) || entry.generalPurposeBitFlag & FLAG.utf8) return entry.fileNameRaw;
  return Buffer.from(cp437(entry.fileNameRaw), "utf8");
}

async function readTarget(entry: Entry, content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  if (entry.uncompressedSize > MAX_TARGET_BYTES) throw archiveCorrupt("a link in it is too long");
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts);
}

const SHARED_BYTES = "two entries share the same bytes";

/** Where entries lie in the file. Two in the same place are how a small archive becomes an endless one. */
class Spans {
  readonly #end: number;
  readonly #spans: { readonly from: number; readonly to: number }[] = [];
  #sum = 0;

  /** @param end where the entries have to end: at the central directory */
  constructor(end: number) {
    this.#end = end;
  }

  add(from: number, to: number): void {
    if (to > this.#end) throw archiveCorrupt("an entry reaches into its directory");
    this.#spans.push({ from, to });
    // Together they cannot take more than there is: so it is told before all of them are unpacked.
    this.#sum += to - from;
    if (this.#sum > this.#end) throw archiveCorrupt(SHARED_BYTES);
  }

  check(): void {
    this.#spans.sort((one, other) => one.from - other.from);
    for (const [index, span] of this.#spans.entries()) {
      if (span.from < (this.#spans[index - 1]?.to ?? 0)) throw archiveCorrupt(SHARED_BYTES);
    }
  }
}
