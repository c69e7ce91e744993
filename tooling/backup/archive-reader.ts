import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { FORMAT, MANIFEST_ENTRY, ManifestSchema, type Manifest } from "./manifest.ts";
import { BackupProblem } from "./problem.ts";
import { readTar, TarError, type TarEntry } from "./tar.ts";

/** Name of the whole → its parts, in the order of the archive. */
export interface ArchivePart {
  readonly entry: string;
  readonly content: Buffer;
}

/** The parts of a backup as they come; the manifest is left out. */
export async function* readParts(path: string): AsyncGenerator<ArchivePart> {
  for await (const { name, content } of entries(path)) if (name !== MANIFEST_ENTRY) yield { entry: wholeName(name), content };
}

/**
 * Reads a backup from end to end before anything is done with it: every part there, every hash right, the manifest at the end.
 * Whatever is wrong with it is said here.
 */
export async function verifyArchive(path: string, onProgress: (bytes: number) => void): Promise<Manifest> {
  const found = new Map<string, { hash: Hash; bytes: number; parts: number }>();
  let manifestText: string | null = null;
  let read = 0;
  for await (const { name, content } of entries(path)) {
    read += content.length;
    onProgress(read);
    if (manifestText !== null) throw damaged(path, "something follows the manifest");
    if (name === MANIFEST_ENTRY) {
      manifestText = content.toString();
      continue;
    }
    const whole = found.get(wholeName(name)) ?? { hash: createHash("sha256"), bytes: 0, parts: 0 };
    whole.hash.update(content);
    found.set(wholeName(name), { hash: whole.hash, bytes: whole.bytes + content.length, parts: whole.parts + 1 });
  }
  if (manifestText === null) throw damaged(path, "its manifest is missing, so it was cut off");
  const manifest = parseManifest(path, manifestText);
  for (const { entry, bytes, sha256, parts } of [...manifest.tables, ...manifest.files]) {
    const whole = found.get(entry) ?? { hash: createHash("sha256"), bytes: 0, parts: 0 };
    if (whole.parts !== parts || whole.bytes !== bytes || whole.hash.digest("hex") !== sha256) throw damaged(path, `${entry} is not what was backed up`);
    found.delete(entry);
  }
  const [unknown] = found.keys();
  if (unknown !== undefined) throw damaged(path, `${unknown} is in no list of the manifest`);
  return manifest;
}

async function* entries(path: string): AsyncGenerator<TarEntry> {
  const file = createReadStream(path);
  const unzipped = createGunzip();
  file.on("error", (error) => unzipped.destroy(error));
  try {
    yield* readTar(file.pipe(unzipped));
  } catch (error) {
    throw explained(path, error);
  } finally {
    file.destroy();
  }
}

function explained(path: string, error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT") return new BackupProblem(`There is no file ${path}.`, "Check the path.");
  if (code === "EACCES" || code === "EISDIR") return new BackupProblem(`${path} cannot be read (${code}).`, "Check the path and its rights.");
  if (code === "Z_BUF_ERROR") return damaged(path, "it is cut off");
  if (code.startsWith("Z_")) return damaged(path, "it is no gzip archive, or its content was changed");
  if (error instanceof TarError) return damaged(path, error.message);
  return error;
}

function parseManifest(path: string, text: string): Manifest {
  const format = /"format":\s*(\d+)/.exec(text)?.[1];
  if (format !== undefined && Number(format) > FORMAT) throw new BackupProblem(`${path} was made by a newer version of the product.`, "Restore it with that version or a newer one.");
  const parsed = ManifestSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw damaged(path, "its manifest is not in order");
  return parsed.data;
}

function damaged(path: string, what: string): BackupProblem {
  return new BackupProblem(`${path} is no whole backup: ${what}.`, "Take another backup file. Nothing was changed.");
}

function wholeName(name: string): string {
  return name.replace(/\.\d{6}$/, "");
}
