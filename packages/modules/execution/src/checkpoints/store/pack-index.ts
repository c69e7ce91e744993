/** Where an object lies in its pack, and how. */
export interface PackedObject {
  readonly hash: string;
  readonly offset: number;
  /** Bytes as stored. */
  readonly length: number;
  readonly compressed: boolean;
}

const HASH_BYTES = 32;
const OFFSET_BYTES = 6;
const RECORD_BYTES = HASH_BYTES + OFFSET_BYTES + 4 + 1;

export function encodeIndex(objects: readonly PackedObject[]): Buffer {
  const bytes = Buffer.alloc(objects.length * RECORD_BYTES);
  for (const [place, { hash, offset, length, compressed }] of objects.entries()) {
    const at = place * RECORD_BYTES;
    bytes.write(hash, at, "hex");
    bytes.writeUIntBE(offset, at + HASH_BYTES, OFFSET_BYTES);
    bytes.writeUInt32BE(length, at + HASH_BYTES + OFFSET_BYTES);
    bytes.writeUInt8(compressed ? 1 : 0, at + RECORD_BYTES - 1);
  }
  return bytes;
}

/** Null for what is no index. */
export function decodeIndex(bytes: Buffer): PackedObject[] | null {
  if (bytes.length % RECORD_BYTES !== 0) return null;
  return Array.from({ length: bytes.length / RECORD_BYTES }, (_, place) => {
    const at = place * RECORD_BYTES;
    return {
      hash: bytes.toString("hex", at, at + HASH_BYTES),
      offset: bytes.readUIntBE(at + HASH_BYTES, OFFSET_BYTES),
      length: bytes.readUInt32BE(at + HASH_BYTES + OFFSET_BYTES),
      compressed: bytes.readUInt8(at + RECORD_BYTES - 1) === 1,
    };
  });
}
