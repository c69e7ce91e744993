import { setImmediate } from "node:timers/promises";
import type { BaseState } from "@coder/api/execution";
import type { ChangeFileRow } from "../entities.ts";
import { acceptedFile, type FileResult, type ReviewedFile } from "./engine/accepted-file.ts";
import { textOfFile } from "./engine/lines.ts";
import { mergeLines, type MergeConflict } from "./engine/merge-lines.ts";
import { readDiskFile, type DiskFile, type OpenProject } from "./ProjectAccess.ts";
import type { IChangeTexts } from "./store/ChangeTexts.ts";

/** What is to become of a file, given what is there now. */
export type Merged = { readonly result: FileResult } | { readonly hunkIds: readonly string[] };

/** The texts of a change set's files, and how they go together with what is in the project now. */
export class FileReader {
  readonly #texts: IChangeTexts;

  constructor(deps: { readonly texts: IChangeTexts }) {
    this.#texts = deps.texts;
  }

  async texts(file: ChangeFileRow): Promise<{ readonly base: string | null; readonly proposal: string | null }> {
    return { base: await this.#text(file, file.baseHash), proposal: await this.#text(file, file.proposalHash) };
  }

  async reviewed(file: ChangeFileRow): Promise<ReviewedFile> {
    const { kind, baseExecutable, executable, hunks } = file;
    return { kind, baseExecutable, executable, hunks, ...(await this.texts(file)) };
  }

  async baseState(project: OpenProject, file: ChangeFileRow): Promise<BaseState> {
    await setImmediate();
    const disk = await readDiskFile(project.tree, file.path).catch(() => undefined);
    if (disk !== undefined && (disk?.hash ?? null) === file.baseHash) return { fileId: file.id, state: "current", hunkIds: [] };
    if (disk === undefined) return { fileId: file.id, state: "conflicts", hunkIds: file.hunks.map(({ id }) => id) };
    // As it would be if everything that is not rejected were accepted: what is undecided may still be.
    const hunks = file.hunks.map((hunk) => (hunk.decision === "undecided" ? ({ ...hunk, decision: "accepted" } as const) : hunk));
    const merged = mergedFile({ ...(await this.reviewed(file)), hunks }, disk);
    return { fileId: file.id, ...("result" in merged ? { state: "merges", hunkIds: [] } : { state: "conflicts", hunkIds: [...merged.hunkIds] }) };
  }

  async #text({ organizationId, projectId, changeSetId }: ChangeFileRow, hash: string | null): Promise<string | null> {
    if (hash === null) return null;
    const bytes = await this.#texts.get({ organizationId, projectId, id: changeSetId }, hash);
    const text = textOfFile(bytes);
    if (text === null) throw new Error(`The kept text ${hash} is no text`);
    return text;
  }
}

/** What is accepted, put together with what the file has become since. Where there is no sensible way, the hunks that stand in it. */
export function mergedFile(file: ReviewedFile, disk: DiskFile | null): Merged {
  const result = acceptedFile(file);
  const all = { hunkIds: file.hunks.map(({ id }) => id) };
  if (!disk) return file.base === null || result.text === null ? { result } : all;
  const theirs = textOfFile(disk.bytes);
  // Somebody made the same.
  if (theirs !== null && theirs === result.text) return { result: { ...result, executable: disk.executable || result.executable } };
  if (theirs === null || file.base === null || result.text === null) return all;
  const merged = mergeLines(file.base, result.text, theirs);
  if ("conflicts" in merged) return { hunkIds: hunksIn(file, merged.conflicts) };
  const executable = disk.executable === file.baseExecutable ? result.executable : disk.executable;
  return { result: { text: merged.text, executable } };
}

function hunksIn({ hunks }: ReviewedFile, conflicts: readonly MergeConflict[]): readonly string[] {
  const met = hunks.filter(({ kind, baseStart, baseLines }) => kind === "text" && conflicts.some((conflict) => baseStart - 1 <= conflict.baseEnd && baseStart - 1 + baseLines >= conflict.baseStart));
  return met.map(({ id }) => id);
}
