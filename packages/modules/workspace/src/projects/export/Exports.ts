import { readlink } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { createGzip } from "node:zlib";
import type { ArchiveDownload, ExportArchiveInput } from "@coder/api/workspace";
import { isAppError, type Caller } from "@coder/shared";
import { ProjectTree, walkTree, type ProjectDirectories, type WalkedEntry } from "@coder/work-tree";
import type { ProjectAccess } from "../ProjectAccess.ts";
import type { ExportEntry } from "./export-entry.ts";
import { StableReader } from "./StableReader.ts";
import { writeTar } from "./write-tar.ts";
import { writeZip } from "./write-zip.ts";

/** A project's tree as an archive, made while it is sent. Everything lies in one folder that is called like the project. */
export class Exports {
  readonly #deps: { readonly access: ProjectAccess; readonly directories: ProjectDirectories };

  constructor(deps: { readonly access: ProjectAccess; readonly directories: ProjectDirectories }) {
    this.#deps = deps;
  }

  /** @param signal aborts when whoever asked has gone */
  async archive(caller: Caller, { projectId, format }: ExportArchiveInput, signal: AbortSignal): Promise<ArchiveDownload> {
    const row = await this.#deps.access.requireProject(caller, projectId);
    const { tree, staging } = this.#deps.directories.of(row);
    const top = folderName(row.name);
    const entries = entriesOf(new ProjectTree(tree), staging, top, signal);
    if (format === "zip") return { fileName: `${top}.zip`, contentType: "application/zip", body: Readable.from(writeZip(entries), { objectMode: false }) };
    // Errors reach whoever reads the stream.
    const body = pipeline(Readable.from(writeTar(entries), { objectMode: false }), createGzip(), () => undefined);
    return { fileName: `${top}.tar.gz`, contentType: "application/gzip", body };
  }
}

async function* entriesOf(tree: ProjectTree, staging: string, top: string, signal: AbortSignal): AsyncGenerator<ExportEntry> {
  const reader = new StableReader({ tree, staging });
  yield { kind: "folder", path: top, modifiedAt: new Date() };
  for await (const walked of walkTree(tree, { signal })) {
    const path = `${top}/${walked.path}`;
    const modifiedAt = new Date(Number(walked.stats.mtimeMs));
    if (walked.kind === "folder") yield { kind: "folder", path, modifiedAt };
    else if (walked.kind === "symlink") {
      const target = await targetOf(tree, walked);
      if (target) yield { kind: "symlink", path, target, modifiedAt };
    } else if (walked.kind === "file") {
      const file = await reader.read(walked.path, signal);
      if (file === null) continue;
      try {
        yield { kind: "file", path, file };
      } finally {
        await file.close();
      }
    }
  }
}

/** Null when it is no link any more. */
async function targetOf(tree: ProjectTree, { path }: WalkedEntry): Promise<Buffer | null> {
  try {
    return await tree.at(path, ({ entry }) => readlink(entry, { encoding: "buffer" }));
  } catch (error) {
    if (isAppError(error) || (error instanceof Error && "code" in error && error.code === "EINVAL")) return null;
    throw error;
  }
}

/** What every system takes as the name of a folder. */
export function folderName(projectName: string): string {
  const name = projectName.replace(/[\\/:*?"<>|]+/g, "-").replace(/^[. -]+|[. -]+$/g, "");
  return name === "" ? "project" : name;
}
