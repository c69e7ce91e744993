import { promisify } from "node:util";
import { crc32, inflateRaw } from "node:zlib";
import { textOfBytes } from "@coder/work-tree";
import type { Entry, ZipFile } from "yauzl";
import { archiveCorrupt, readFault } from "./errors.ts";
import type { WindowedReader } from "./WindowedReader.ts";

/** Up to here an entry is read and unpacked at once: a stream for each of many small files costs more than the files. */
const AT_ONCE_BYTES = 512 * 1024;

const inflated = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw);

export interface ZipContentOptions {
  readonly zip: ZipFile;
  readonly reader: WindowedReader;
  readonly entry: Entry;
  /** Where its bytes begin. */
  readonly start: number;
  readonly signal: AbortSignal;
}

/** The content of an entry: as long as is said of it, and with the checksum that is said of it. */
export async function* zipContent(options: ZipContentOptions): AsyncGenerator<Uint8Array> {
  const { entry, signal } = options;
  let sum = 0;
  try {
    for await (const chunk of Math.max(entry.compressedSize, entry.uncompressedSize) <= AT_ONCE_BYTES ? atOnce(options) : streamed(options)) {
      signal.throwIfAborted();
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (error) {
    throw readFault(error, signal);
  }
  if (sum !== entry.crc32) throw archiveCorrupt(`the checksum of “${textOfBytes(entry.fileNameRaw)}” is wrong`);
}

async function* atOnce({ reader, entry, start }: ZipContentOptions): AsyncGenerator<Uint8Array> {
  const { compressedSize, uncompressedSize, compressionMethod } = entry;
  const packed = await reader.bytes(start, compressedSize);
  const content = compressionMethod === 0 ? packed : await inflated(packed, { maxOutputLength: uncompressedSize + 1 });
  if (content.length !== uncompressedSize) throw archiveCorrupt(`“${textOfBytes(entry.fileNameRaw)}” has another size than is said of it`);
  if (content.length > 0) yield content;
}

async function* streamed({ zip, entry }: ZipContentOptions): AsyncGenerator<Uint8Array> {
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    if (!(chunk instanceof Uint8Array)) throw archiveCorrupt("it cannot be read");
    yield chunk;
  }
}
