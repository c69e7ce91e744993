import { createReadStream } from "node:fs";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { textOfBytes } from "@coder/work-tree";
import { ByteReader, truncated } from "./ByteReader.ts";
import { archiveCorrupt, archiveFeature, archiveUnsupported, readFault, specialEntry, suspiciousRatio } from "./errors.ts";
import type { IImportSource, SourceEntry, SourceKind } from "./import-source.ts";
import { parsePax, parseTarHeader, TAR_BLOCK, type PaxFields, type TarHeader } from "./tar-header.ts";

export interface TarSourceOptions {
  readonly file: string;
  readonly sizeBytes: number;
  readonly gzip: boolean;
  /** The unpacked archive, headers and padding included, may be this many times its size. */
  readonly maxRatio: number;
}

const KINDS: Readonly<Record<string, SourceKind>> = { "0": "file", "7": "file", "1": "link", "2": "symlink", "5": "folder" };
const SPECIAL: Readonly<Record<string, string>> = { "3": "a device", "4": "a device", "6": "a named pipe" };
const RATIO_FLOOR_BYTES = 16 * 1024 ** 2;
/** Extended attributes and long names fit; whoever needs more wants to fill the memory. */
const MAX_EXTENDED_BYTES = 1024 ** 2;

/**
 * A `.tar` or `.tar.gz` (ustar, pax and GNU), read as a stream. Read by hand, because names are bytes here, whatever header they stand in, and because
 * an archive without its end is refused.
 */
export class TarSource implements IImportSource {
  readonly names = "tar";
  readonly sizesAreKnown = false;
  readonly #options: TarSourceOptions;

  constructor(options: TarSourceOptions) {
    this.#options = options;
  }

  get totalBytes(): number {
    return this.#options.sizeBytes;
  }

  async *entries(signal: AbortSignal, onProgress: (readBytes: number) => void): AsyncGenerator<SourceEntry> {
    const { file, gzip, sizeBytes, maxRatio } = this.#options;
    const raw = createReadStream(file, { highWaterMark: 256 * 1024 });
    const stream: Readable = gzip ? pipeline(raw, createGunzip({ chunkSize: 128 * 1024 }), () => undefined) : raw;
    const reader = new ByteReader(faultless(stream, signal), (total) => {
      signal.throwIfAborted();
      onProgress(raw.bytesRead);
      if (total > RATIO_FLOOR_BYTES && total > sizeBytes * maxRatio) throw suspiciousRatio(maxRatio);
    });
    try {
      yield* readTar(reader);
    } catch (error) {
      throw readFault(error, signal);
    } finally {
      stream.destroy();
      raw.destroy();
    }
  }
}

/** Whoever reads of an entry's content learns of a fault there, and not where entries are told. */
async function* faultless(stream: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw readFault(error, signal);
  }
}

interface Extended extends PaxFields {
  readonly longName?: Buffer;
  readonly longLink?: Buffer;
}

async function* readTar(reader: ByteReader): AsyncGenerator<SourceEntry> {
  let extended: Extended = {};
  for (let first = true; ; first = false) {
    const block = await reader.take(TAR_BLOCK);
    if (block === null) throw truncated();
    const header = headerOf(block, first);
    if (header === null) return await readEnd(reader);
    const padding = (TAR_BLOCK - (header.sizeBytes % TAR_BLOCK)) % TAR_BLOCK;
    if ("xgLKV".includes(header.type)) {
      extended = { ...extended, ...extendedOf(header, await readExtended(reader, header)) };
      await reader.skip(padding);
      continue;
    }
    const body = new EntryBody(reader, extended.sizeBytes ?? header.sizeBytes);
    yield entryOf(header, extended, body);
    await body.skipRest();
    extended = {};
  }
}

function headerOf(block: Buffer, first: boolean): TarHeader | null {
  try {
    return parseTarHeader(block);
  } catch (error) {
    // Something else that was packed by gzip.
    throw first ? archiveUnsupported() : error;
  }
}

async function readExtended(reader: ByteReader, { sizeBytes }: TarHeader): Promise<Buffer> {
  if (sizeBytes > MAX_EXTENDED_BYTES) throw archiveCorrupt("an extended header is too long");
  if (sizeBytes === 0) return Buffer.alloc(0);
  const body = await reader.take(sizeBytes);
  if (body === null) throw truncated();
  return body;
}

function extendedOf({ type }: TarHeader, body: Buffer): Extended {
  // The parts of the stream are reused: what is kept has to be a copy.
  const kept = Buffer.from(body);
  if (type === "x") return parsePax(kept);
  if (type === "g") {
    const { path, linkpath, sizeBytes } = parsePax(kept);
    if (path !== undefined || linkpath !== undefined || sizeBytes !== undefined) throw archiveFeature("one name or size for several entries");
    return {};
  }
  const zero = kept.indexOf(0);
  const long = zero === -1 ? kept : kept.subarray(0, zero);
  if (type === "L") return { longName: long };
  return type === "K" ? { longLink: long } : {};
}

function entryOf(header: TarHeader, extended: Extended, body: EntryBody): SourceEntry {
  const name = extended.path ?? extended.longName ?? Buffer.from(header.name);
  const target = extended.linkpath ?? extended.longLink ?? Buffer.from(header.linkName);
  const kind = header.type === "0" && name.at(-1) === 0x2f ? "folder" : KINDS[header.type];
  if (kind === undefined) {
    const special = SPECIAL[header.type];
    throw special === undefined ? archiveFeature(`entries of the type “${header.type}”`) : specialEntry(textOfBytes(name), special);
  }
  if (kind !== "file" && body.sizeBytes > 0) throw archiveCorrupt("something that is no file has content");
  const seconds = extended.modifiedSeconds ?? header.modifiedSeconds;
  return {
    name,
    kind,
    sizeBytes: body.sizeBytes,
    packedBytes: null,
    executable: (header.mode & 0o100) !== 0,
    modifiedAt: seconds > 0 ? new Date(seconds * 1_000) : null,
    target: kind === "symlink" || kind === "link" ? target : Buffer.alloc(0),
    content: () => body.chunks(),
  };
}

/** The content of one entry: as much as its header says, then padding up to the next block. */
class EntryBody {
  readonly sizeBytes: number;
  readonly #reader: ByteReader;
  #left: number;

  constructor(reader: ByteReader, sizeBytes: number) {
    this.#reader = reader;
    this.sizeBytes = sizeBytes;
    this.#left = sizeBytes;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    while (this.#left > 0) {
      const part = await this.#reader.some(this.#left);
      if (part === null) throw truncated();
      this.#left -= part.length;
      yield part;
    }
  }

  async skipRest(): Promise<void> {
    const padding = (TAR_BLOCK - (this.sizeBytes % TAR_BLOCK)) % TAR_BLOCK;
    await this.#reader.skip(this.#left + padding);
    this.#left = 0;
  }
}

/** After its end an archive is filled up with zeros. Anything else would be read by some programs and not by others. */
async function readEnd(reader: ByteReader): Promise<void> {
  for (let part = await reader.some(1024 ** 2); part !== null; part = await reader.some(1024 ** 2)) {
    if (part.some((byte) => byte !== 0)) throw archiveCorrupt("something follows its end");
  }
}
