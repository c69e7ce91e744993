/** The few parts of the ustar format that a backup needs: regular files with short names. Any tar program opens what this writes. */
const BLOCK = 512;
const NAME_BYTES = 100;
const OCTAL_MAX = 8 ** 11 - 1;

export interface TarEntry {
  readonly name: string;
  readonly content: Buffer;
}

export class TarError extends Error {}

/** One entry, padded to whole blocks. */
export function tarEntry({ name, content }: TarEntry, modifiedAt: Date): Buffer {
  if (Buffer.byteLength(name) > NAME_BYTES || content.length > OCTAL_MAX) throw new TarError(`The entry ${name} does not fit into a tar header`);
  const header = Buffer.alloc(BLOCK);
  const text = (value: string, offset: number): void => void header.write(value, offset, "utf8");
  const octal = (value: number, offset: number, length: number): void => text(value.toString(8).padStart(length - 1, "0"), offset);
  text(name, 0);
  octal(0o600, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(content.length, 124, 12);
  octal(Math.floor(modifiedAt.getTime() / 1_000), 136, 12);
  text("        ", 148);
  text("0", 156);
  text("ustar\u000000", 257);
  octal(header.reduce((sum, byte) => sum + byte, 0), 148, 7);
  return Buffer.concat([header, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);
}

export function tarEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK);
}

/** The entries of an archive, one after the other. Throws where it is cut off or damaged. */
export async function* readTar(source: AsyncIterable<Buffer>): AsyncGenerator<TarEntry> {
  const reader = new BlockReader(source);
  for (;;) {
    const header = await reader.take(BLOCK);
    if (header.every((byte) => byte === 0)) return;
    const { name, size } = readHeader(header);
    const content = await reader.take(size);
    await reader.take((BLOCK - (size % BLOCK)) % BLOCK);
    yield { name, content };
  }
}

function readHeader(header: Buffer): { name: string; size: number } {
  const field = (offset: number, length: number): string => header.toString("utf8", offset, offset + length).replace(/\0.*$/s, "").trim();
  const expected = Number.parseInt(field(148, 8), 8);
  const actual = header.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 32 : byte), 0);
  if (expected !== actual) throw new TarError("The archive is damaged: a header does not add up");
  return { name: field(0, NAME_BYTES), size: Number.parseInt(field(124, 12), 8) };
}

class BlockReader {
  readonly #source: AsyncIterator<Buffer>;
  #chunks: Buffer[] = [];
  #available = 0;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Buffer> {
    while (this.#available < length) {
      const next = await this.#source.next();
      if (next.done) throw new TarError("The archive is cut off");
      this.#chunks.push(next.value);
      this.#available += next.value.length;
    }
    const all = Buffer.concat(this.#chunks);
    this.#chunks = all.length > length ? [all.subarray(length)] : [];
    this.#available = all.length - length;
    return all.subarray(0, length);
  }
}
