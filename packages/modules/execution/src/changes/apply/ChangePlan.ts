import { setImmediate } from "node:timers/promises";
import type { ChangeFileRow, ChangeTask } from "../../entities.ts";
import { staleBase, type StaleFile } from "../../errors.ts";
import { acceptedFile, hasAccepted, type FileResult } from "../engine/accepted-file.ts";
import { textOfFile } from "../engine/lines.ts";
import { mergeLines } from "../engine/merge-lines.ts";
import { mergedFile, type FileReader } from "../FileReader.ts";
import { readDiskFile, type DiskFile, type OpenProject } from "../ProjectAccess.ts";
import type { ChangeSetPlace, IChangeTexts } from "../store/ChangeTexts.ts";
import type { Growth } from "../../Room.ts";
import type { FileState, Journal, PlannedFile } from "./journal.ts";

export interface ChangePlanDeps {
  readonly reader: FileReader;
  readonly texts: IChangeTexts;
}

interface Planned extends PlannedFile {
  readonly addedBytes: number;
}

/** What is to be done, and what the project grows by. */
export interface Plan {
  readonly files: readonly PlannedFile[];
  readonly growth: Growth;
}

/** What is to be done to the files of a project, given how they are now. Changes nothing. */
export class ChangePlan {
  readonly #deps: ChangePlanDeps;

  constructor(deps: ChangePlanDeps) {
    this.#deps = deps;
  }

  /** What is accepted. `stale_base`. */
  async apply(project: OpenProject, place: ChangeSetPlace, files: readonly ChangeFileRow[], stale: ChangeTask["stale"]): Promise<Plan> {
    const planned: Planned[] = [];
    const faults = new StaleFiles();
    for (const file of files) {
      if (!file.hunks.some(hasAccepted)) continue;
      await setImmediate();
      const disk = await readDiskFile(project.tree, file.path);
      const reviewed = await this.#deps.reader.reviewed(file);
      const isCurrent = (disk?.hash ?? null) === file.baseHash && (disk === null || disk.executable === file.baseExecutable);
      const merged = isCurrent ? { result: acceptedFile(reviewed) } : mergedFile(reviewed, disk);
      if (!isCurrent && (stale === "refuse" || "hunkIds" in merged)) faults.add({ path: file.path, expected: file.baseHash, found: disk?.hash ?? null }, "hunkIds" in merged ? merged.hunkIds : null);
      else if ("result" in merged) planned.push(await this.#planned(place, file.path, disk, merged.result));
    }
    faults.throwIfAny();
    return planOf(planned);
  }

  /** The opposite of what was done. `stale_base`. */
  async undo(project: OpenProject, place: ChangeSetPlace, done: Journal, stale: ChangeTask["stale"]): Promise<Plan> {
    const planned: Planned[] = [];
    const faults = new StaleFiles();
    for (const { path, before, after } of done.files) {
      await setImmediate();
      const disk = await readDiskFile(project.tree, path);
      const isCurrent = (disk?.hash ?? null) === (after?.hash ?? null) && (disk === null || disk.executable === after?.executable);
      const result = isCurrent ? await this.#resultOf(place, before) : await this.#undone(place, before, after, disk);
      if (!isCurrent && (stale === "refuse" || result === null)) faults.add({ path, expected: after?.hash ?? null, found: disk?.hash ?? null }, result === null ? [] : null);
      else if (result) planned.push(await this.#planned(place, path, disk, result, before?.mode));
    }
    faults.throwIfAny();
    return planOf(planned);
  }

  /** What was done taken out of a file that was changed since; null where the two meet. */
  async #undone(place: ChangeSetPlace, before: FileState | null, after: FileState | null, disk: DiskFile | null): Promise<FileResult | null> {
    const [was, made] = [await this.#resultOf(place, before), await this.#resultOf(place, after)];
    const theirs = disk && textOfFile(disk.bytes);
    if ((theirs === null ? null : theirs) === was.text) return { text: was.text, executable: disk?.executable ?? false };
    if (was.text === null || made.text === null || theirs === null || !disk) return null;
    const merged = mergeLines(made.text, was.text, theirs);
    return "conflicts" in merged ? null : { text: merged.text, executable: disk.executable === made.executable ? was.executable : disk.executable };
  }

  async #resultOf(place: ChangeSetPlace, state: FileState | null): Promise<FileResult> {
    if (!state) return { text: null, executable: false };
    const text = textOfFile(await this.#deps.texts.get(place, state.hash));
    if (text === null) throw new Error(`The kept text ${state.hash} is no text`);
    return { text, executable: state.executable };
  }

  /** @param mode of a file that comes back where nothing is */
  async #planned(place: ChangeSetPlace, path: string, disk: DiskFile | null, { text, executable }: FileResult, mode?: number): Promise<Planned> {
    const bytes = text === null ? null : Buffer.from(text);
    const before = disk && { hash: await this.#deps.texts.put(place, disk.bytes), executable: disk.executable };
    const after = bytes && { hash: await this.#deps.texts.put(place, bytes), executable, mode };
    return { path, before, after, addedBytes: (bytes?.length ?? 0) - (disk?.bytes.length ?? 0) };
  }
}

/** Without what is already as it is to be. */
function planOf(planned: readonly Planned[]): Plan {
  const changing = planned.filter(({ before, after }) => before?.hash !== after?.hash || before?.executable !== after?.executable);
  const bytes = changing.reduce((sum, each) => sum + each.addedBytes, 0);
  const files = changing.reduce((sum, { before, after }) => sum + (after ? 1 : 0) - (before ? 1 : 0), 0);
  return { files: changing.map(({ path, before, after }) => ({ path, before, after })), growth: { files, bytes } };
}

/** Files that are not as the change knows them. */
class StaleFiles {
  readonly #files: StaleFile[] = [];
  #canMerge = true;

  /** @param hunkIds where the changes meet; null: nowhere */
  add(file: StaleFile, hunkIds: readonly string[] | null): void {
    this.#files.push(hunkIds === null ? file : { ...file, hunkIds });
    if (hunkIds !== null) this.#canMerge = false;
  }

  throwIfAny(): void {
    if (this.#files.length > 0) throw staleBase(this.#files, this.#canMerge);
  }
}
