import { crc32, deflateRawSync, gzipSync } from "node:zlib";

// Archives byte by byte, so that they can say what no program would write.

export interface TarPart {
  readonly name: string | Buffer;
  /** `0` file, `1` hard link, `2` symlink, `3` device, `5` folder, `6` pipe, `x` pax … */
  readonly type?: string;
  readonly content?: string | Buffer;
  readonly target?: string | Buffer;
  readonly mode?: number;
  /** What the header says, where that is not the truth. */
  readonly size?: number | string;
  readonly magic?: string;
  readonly checksum?: string;
}

export function tarBlock({ name, type = "0", content = "", target = "", mode = 0o644, size, magic = "ustar\u000000", checksum }: TarPart): Buffer {
  const body = Buffer.from(content);
  const block = Buffer.alloc(512);
  Buffer.from(name).copy(block, 0, 0, 100);
  block.write(`${mode.toString(8).padStart(7, "0")}\0`, 100, "latin1");
  block.write("0000000\0", 108, "latin1");
  block.write("0000000\0", 116, "latin1");
  block.write(typeof size === "string" ? size : `${(size ?? body.length).toString(8).padStart(11, "0")}\0`, 124, "latin1");
  block.write("14000000000\0", 136, "latin1");
  block.write(type, 156, "latin1");
  Buffer.from(target).copy(block, 157, 0, 100);
  block.write(magic, 257, "latin1");
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(checksum ?? `${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return Buffer.concat([block, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

export function tarOf(parts: readonly (TarPart | Buffer)[], end: Uint8Array = Buffer.alloc(1024)): Buffer {
  return Buffer.concat([...parts.map((part) => (Buffer.isBuffer(part) ? part : tarBlock(part))), end]);
}

export function tarGzOf(parts: readonly (TarPart | Buffer)[], end?: Uint8Array): Buffer {
  return gzipSync(tarOf(parts, end));
}

export function paxRecord(key: string, value: string | Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from("\n")]);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

export interface ZipPart {
  readonly name: string | Buffer;
  readonly content?: string | Buffer;
  /** Of Unix, with the kind of file. */
  readonly mode?: number;
  readonly method?: number;
  readonly flags?: number;
  /** 3: Unix, 0: DOS. */
  readonly host?: number;
  /** What one of the headers says, where that is not the truth. */
  readonly local?: { readonly name?: string | Buffer; readonly method?: number; readonly size?: number; readonly flags?: number };
  readonly size?: number;
  readonly crc?: number;
  /** The packed bytes, where they are not what the content gives. */
  readonly packed?: Buffer;
  /** Where the entry is said to lie. */
  readonly offset?: number;
}

export function zipOf(parts: readonly ZipPart[], comment = ""): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let at = 0;
  for (const part of parts) {
    const { name, content = "", mode = 0o100644, method = 8, flags = 0x800, host = 3, local = {} } = part;
    const plain = Buffer.from(content);
    const packed = part.packed ?? (method === 8 ? deflateRawSync(plain) : plain);
    const facts = { method, flags, crc: part.crc ?? crc32(plain), packed: packed.length, size: part.size ?? plain.length, name: Buffer.from(name) };
    const own = { ...facts, method: local.method ?? method, flags: local.flags ?? flags, size: local.size ?? facts.size, name: Buffer.from(local.name ?? name) };
    const localHeader = Buffer.concat([header(0x04034b50, own, false), own.name]);
    const central = header(0x02014b50, facts, true);
    central.writeUInt16LE((host << 8) | 63, 4);
    central.writeUInt32LE((mode << 16) >>> 0, 38);
    central.writeUInt32LE(part.offset ?? at, 42);
    centrals.push(central, facts.name);
    if (part.offset !== undefined) continue;
    locals.push(localHeader, packed);
    at += localHeader.length + packed.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  end.writeUInt16LE(Buffer.byteLength(comment), 20);
  return Buffer.concat([...locals, directory, end, Buffer.from(comment)]);
}

interface HeaderFacts {
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly name: Buffer;
}

function header(signature: number, { method, flags, crc, packed, size, name }: HeaderFacts, central: boolean): Buffer {
  const block = Buffer.alloc(central ? 46 : 30);
  const shift = central ? 2 : 0;
  block.writeUInt32LE(signature, 0);
  block.writeUInt16LE(20, 4 + shift);
  block.writeUInt16LE(flags, 6 + shift);
  block.writeUInt16LE(method, 8 + shift);
  block.writeUInt16LE(0x21, 12 + shift);
  block.writeUInt32LE(crc, 14 + shift);
  block.writeUInt32LE(packed, 18 + shift);
  block.writeUInt32LE(size, 22 + shift);
  block.writeUInt16LE(name.length, 26 + shift);
  return block;
}
