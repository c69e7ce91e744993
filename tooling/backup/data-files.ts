import { constants, lstatSync, readdirSync, readlinkSync, realpathSync, type Stats } from "node:fs";
import { chmod, mkdir, open, symlink, type FileHandle } from "node:fs/promises";
import { dirname, join, normalize, sep } from "node:path";
import { UNFINISHED_RESTORE } from "../launcher/paths.mjs";
import type { ArchiveWriter } from "./archive-writer.ts";
import { readParts } from "./archive-reader.ts";
import type { DirectoryEntry, FileEntry, LinkEntry, Manifest } from "./manifest.ts";
import { BackupProblem } from "./problem.ts";

/** What is of the running product alone, and the database's own files, whose rows are in the backup. All else below the data directory is kept, whichever module put it there. */
const LEFT_OUT: ReadonlySet<string> = new Set(["logs", "run", "postgres", "postgres.new", "postgres.port", "lost+found", UNFINISHED_RESTORE]);
/** Being written when the backup came by; what is whole has its final name. */
const HALF_WRITTEN = /^((secrets|blobs)\/.*|[^/]+)\.tmp$/;
/** Owner, group and others; nothing of a project runs as somebody else. */
const MODE = 0o777;

export interface DataFiles {
  readonly files: FileEntry[];
  readonly directories: DirectoryEntry[];
  readonly links: LinkEntry[];
  /** Why something that is there is not in the backup. */
  readonly leftOut: readonly string[];
}

/** Everything is stored as it is when its turn comes: people work in their projects meanwhile, and what has gone by then is gone. */
export async function dumpFiles(dataDirectory: string, archive: ArchiveWriter): Promise<DataFiles> {
  const root = realpathSync(dataDirectory);
  const files: FileEntry[] = [];
  const directories: DirectoryEntry[] = [];
  const links: LinkEntry[] = [];
  const leftOut: string[] = [];
  for (const { path, stat } of entriesBelow(root, leftOut)) {
    try {
      const mode = stat.mode & MODE;
      if (stat.isDirectory()) directories.push({ path, mode });
      else if (stat.isSymbolicLink()) links.push({ path, target: readlinkSync(join(root, path)) });
      else files.push(await dumpFile(root, path, `files/${files.length + 1}`, archive));
    } catch (error) {
      if (!isAbout(path, error, leftOut)) throw error;
    }
  }
  return { files, directories, links, leftOut };
}

async function dumpFile(root: string, path: string, entry: string, archive: ArchiveWriter): Promise<FileEntry> {
  // Foreign code may put a link in the place of a file or a folder at any moment; what it leads to is not ours to store.
  const handle = await open(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = await handle.stat();
    if (!stat.isFile() || !isAt(handle, join(root, path))) throw Object.assign(new Error("It was replaced"), { code: "ENOENT" });
    return { path, entry, mode: stat.mode & MODE, ...(await archive.add(entry, handle.createReadStream({ autoClose: false }))) };
  } finally {
    await handle.close();
  }
}

function isAt({ fd }: FileHandle, path: string): boolean {
  return process.platform !== "linux" || readlinkSync(`/proc/self/fd/${fd}`) === path;
}

/** Whether the backup goes on without it: gone, or not ours to read, which is told. */
function isAbout(path: string, error: unknown, leftOut: string[]): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (["ENOENT", "ENOTDIR", "ELOOP"].includes(code)) return true;
  if (code !== "EACCES" && code !== "EPERM") return false;
  leftOut.push(`${path}: it cannot be read (${code})`);
  return true;
}

/** Folders before what is in them. */
function* entriesBelow(root: string, leftOut: string[], folder = ""): Generator<{ readonly path: string; readonly stat: Stats }> {
  for (const name of namesIn(root, folder, leftOut)) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (folder === "" && LEFT_OUT.has(name)) continue;
    if (HALF_WRITTEN.test(path)) continue;
    const stat = lstatSync(join(root, path), { throwIfNoEntry: false });
    if (stat === undefined && name.includes("\ufffd")) leftOut.push(`${path}: its name is no text`);
    if (stat?.isDirectory()) {
      yield { path, stat };
      yield* entriesBelow(root, leftOut, path);
    } else if (stat?.isFile() || stat?.isSymbolicLink()) yield { path, stat };
  }
}

function namesIn(root: string, folder: string, leftOut: string[]): readonly string[] {
  try {
    return readdirSync(join(root, folder)).sort();
  } catch (error) {
    if (isAbout(folder, error, leftOut)) return [];
    throw error;
  }
}

/** Links last, so that nothing is written through one; rights last of all, so that none is in the way. */
export async function loadFiles(dataDirectory: string, archive: string, manifest: Manifest): Promise<void> {
  const { files, directories, links } = manifest;
  const linked = new Set(links.map(({ path }) => path));
  for (const { path } of [...files, ...directories, ...links]) requireInside(path, linked);
  for (const { path } of directories) await mkdir(join(dataDirectory, path), { recursive: true, mode: 0o700 });
  const byEntry = new Map(files.map((file) => [file.entry, file]));
  // A file without content has no part.
  for (const file of files) await append(dataDirectory, file, Buffer.alloc(0));
  for await (const { entry, content } of readParts(archive)) {
    const file = byEntry.get(entry);
    if (file) await append(dataDirectory, file, content);
  }
  for (const { path, target } of links) {
    await mkdir(dirname(join(dataDirectory, path)), { recursive: true, mode: 0o700 });
    await symlink(target, join(dataDirectory, path));
  }
  for (const { path, mode } of files) await chmod(join(dataDirectory, path), mode);
  for (const { path, mode } of directories.toReversed()) await chmod(join(dataDirectory, path), mode);
}

function requireInside(path: string, linked: ReadonlySet<string>): void {
  const inside = normalize(path);
  const [first = "", ...rest] = inside.split(sep);
  const below = rest.map((_, place) => [first, ...rest].slice(0, place + 1).join("/")).find((folder) => linked.has(folder));
  if (inside !== path || path.startsWith(sep) || first === ".." || first === "." || LEFT_OUT.has(first) || below !== undefined) {
    throw new BackupProblem(`The backup holds a file outside of the data directory: ${path}.`, "Do not use this file.");
  }
}

async function append(dataDirectory: string, { path }: FileEntry, content: Buffer): Promise<void> {
  const target = join(dataDirectory, path);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const handle = await open(target, "a", 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
