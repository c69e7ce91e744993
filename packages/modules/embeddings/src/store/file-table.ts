import { SKIP_REASONS, type SkipReason } from "@coder/api/embeddings";
import { ByteReader, ByteWriter } from "../segments/bytes.ts";

/**
 * What a segment says of a file. `indexed`: its chunks are in this segment. `skipped`: it has none, for a reason. `removed`: there is no such file any more.
 * `touched`: its content is what an older segment says, only its fingerprint is another.
 */
const STATES = ["indexed", "skipped", "removed", "touched"] as const;

export interface FileEntry {
  readonly path: string;
  readonly state: (typeof STATES)[number];
  /** As the project told it when the file was read. */
  readonly fingerprint: string;
  /** SHA-256 of the text in hex; empty where it was not read. */
  readonly hash: string;
  readonly language: string;
  readonly chunks: number;
  readonly reason: SkipReason | null;
}

const MAGIC = 0x46;
const VERSION = 1;

export function encodeFiles(entries: readonly FileEntry[]): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  out.byte(MAGIC);
  out.byte(VERSION);
  out.varint(entries.length);
  for (const { path, state, fingerprint, hash, language, chunks, reason } of entries) {
    out.text(path);
    out.byte(STATES.indexOf(state));
    out.text(fingerprint);
    const digest = Buffer.from(hash, "hex");
    out.varint(digest.length);
    out.raw(digest);
    out.text(language);
    out.varint(chunks);
    out.byte(reason === null ? 0xff : SKIP_REASONS.indexOf(reason));
  }
  return out.finish();
}

/** Throws `RangeError` for bytes that are no table of this version. */
export function decodeFiles(bytes: Uint8Array): FileEntry[] {
  const reader = new ByteReader(bytes);
  if (reader.byte() !== MAGIC || reader.byte() !== VERSION) throw new RangeError("This is no table of files of this version");
  return Array.from({ length: reader.varint() }, () => ({
    path: reader.text(),
    state: STATES[reader.byte()] ?? "removed",
    fingerprint: reader.text(),
    hash: reader.hex(reader.varint()),
    language: reader.text(),
    chunks: reader.varint(),
    reason: SKIP_REASONS[reader.byte()] ?? null,
  }));
}

/** What is known of each file, from tables oldest first. Files that are gone are not there. */
export function knownFiles(tables: readonly (readonly FileEntry[])[]): Map<string, FileEntry> {
  const known = new Map<string, FileEntry>();
  for (const table of tables) {
    for (const entry of table) {
      const before = known.get(entry.path);
      if (entry.state === "removed") known.delete(entry.path);
      else if (entry.state !== "touched") known.set(entry.path, entry);
      else if (before) known.set(entry.path, { ...before, fingerprint: entry.fingerprint });
    }
  }
  return known;
}

/** One table in place of several, oldest first. @param keepRemoved whether there are older ones whose files must stay gone */
export function mergeTables(tables: readonly (readonly FileEntry[])[], { keepRemoved }: { keepRemoved: boolean }): FileEntry[] {
  const merged = new Map<string, FileEntry>();
  for (const table of tables) {
    for (const entry of table) {
      const before = merged.get(entry.path);
      if (entry.state === "touched" && before) merged.set(entry.path, { ...before, fingerprint: entry.fingerprint });
      else merged.set(entry.path, entry);
    }
  }
  return [...merged.values()].filter(({ state }) => keepRemoved || state !== "removed").sort((a, b) => (a.path < b.path ? -1 : 1));
}
