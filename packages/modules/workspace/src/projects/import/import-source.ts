/** `link`: a second name of a regular file that came before, as tar has it. */
export type SourceKind = "file" | "folder" | "symlink" | "link";

/**
 * Where names come from. `disk`: from this server's disk, so they are what they are. `tar`: backslashes and colons are letters, unless they spell a way out.
 * `zip`: made on any system, so a backslash or a drive is refused: nobody can say what was meant.
 */
export type NameOrigin = "disk" | "tar" | "zip";

/** One thing an import brings, as its source names it. Hostile in every field. */
export interface SourceEntry {
  /** Bytes of the path, as they stand in the source. */
  readonly name: Buffer;
  readonly kind: SourceKind;
  /** What the source says its content will be. */
  readonly sizeBytes: number;
  /** What the content takes in the source; null where it is not packed by itself. */
  readonly packedBytes: number | null;
  readonly executable: boolean;
  readonly modifiedAt: Date | null;
  /** Of a symlink its text, of a link the name of the file it is another name of. Empty for others. */
  readonly target: Buffer;
  /** A file's content. Read it to its end, or leave it, before the next entry is asked for. */
  content(): AsyncIterable<Uint8Array>;
}

/** Where an import comes from. Read twice: to check everything, then to write; so it has to be the same both times. */
export interface IImportSource {
  /** In one order, the same each time. `onProgress` counts what was read of {@link totalBytes}. Throws what makes the source as a whole unfit. */
  entries(signal: AbortSignal, onProgress: (readBytes: number) => void): AsyncIterable<SourceEntry>;
  /** Null where it is known only when all entries were seen: then it is what they add up to. */
  readonly totalBytes: number | null;
  /** Sizes are the disk's own: nothing has to be read to check them. */
  readonly sizesAreKnown: boolean;
  readonly names: NameOrigin;
}
