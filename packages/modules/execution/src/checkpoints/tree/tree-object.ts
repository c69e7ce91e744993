import { z } from "zod";
import { checkpointDamaged } from "../errors.ts";
import type { PackStore } from "../store/PackStore.ts";

const HashSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** One entry of a folder, as it is kept. Names are texts that stand for bytes. */
const TreeEntrySchema = z.discriminatedUnion("kind", [
  /** `chunks`: where the file is kept in parts; null for a file that is one object, named by `hash`. */
  z.object({ kind: z.literal("file"), name: z.string(), mode: z.int(), size: z.int(), hash: HashSchema, chunks: z.array(HashSchema).nullable() }),
  z.object({ kind: z.literal("link"), name: z.string(), target: z.string() }),
  z.object({ kind: z.literal("folder"), name: z.string(), mode: z.int(), hash: HashSchema }),
  /** Version control or dependencies: not kept, but whether it changed is told by `print`. */
  z.object({ kind: z.literal("excluded"), name: z.string(), print: z.string() }),
  /** A pipe, a socket, a device: nothing to keep. Or what cannot be read. */
  z.object({ kind: z.literal("other"), name: z.string() }),
]);
export type TreeEntry = z.output<typeof TreeEntrySchema>;
export type FileEntry = Extract<TreeEntry, { kind: "file" }>;

/** Sorted by name, so that equal folders are equal objects. A text that is half a character survives as JSON's escape. */
export function encodeTree(entries: readonly TreeEntry[]): Buffer {
  return Buffer.from(JSON.stringify([...entries].sort((one, other) => (one.name < other.name ? -1 : 1))), "utf8");
}

export function readTree(store: PackStore, hash: string): readonly TreeEntry[] {
  const parsed = z.array(TreeEntrySchema).safeParse(parseJson(store.get(hash)));
  if (!parsed.success) throw checkpointDamaged(hash);
  return parsed.data;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return null;
  }
}

/** The objects that a file's content is made of, in order. */
export function partsOf({ hash, chunks }: Pick<FileEntry, "hash" | "chunks">): readonly string[] {
  return chunks ?? [hash];
}

/** Every object that a tree needs, itself included. */
export function addLive(store: PackStore, root: string, live: Set<string>): void {
  const waiting = [root];
  for (let hash = waiting.pop(); hash !== undefined; hash = waiting.pop()) {
    if (live.has(hash)) continue;
    live.add(hash);
    for (const entry of readTree(store, hash)) {
      if (entry.kind === "folder") waiting.push(entry.hash);
      else if (entry.kind === "file") for (const part of partsOf(entry)) live.add(part);
    }
  }
}
