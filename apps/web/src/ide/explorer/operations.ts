import { pathFault } from "@coder/api/workspace";
import { toProblem } from "#api/problem.ts";
import { plural, relativeTime } from "#lib/time.ts";
import { toast } from "#ui/toast.tsx";
import { baseName, folderOf, isWithin, joinPath } from "../editors/editor-input.ts";
import { readablePath } from "../files/file-address.ts";
import type { Move } from "../files/project-files.ts";
import { saveAs } from "../files/transfer.ts";
import type { IdeSession } from "../IdeSession.ts";
import { pickOne } from "../quick-open/pick-one.ts";
import { copyName } from "./explorer-state.ts";
import type { Draft } from "./tree-rows.ts";
import type { Undoable } from "./UndoStack.ts";
import type { UploadFile } from "./Uploads.ts";

function fail(error: unknown): void {
  const { message, remedy } = toProblem(error);
  toast({ kind: "error", title: message, detail: remedy });
}

/** Something was done that can be taken back, also when its note is gone. `quiet`: it is seen without one. */
function done(ide: IdeSession, title: string, undo: () => Promise<unknown>, { quiet = false } = {}): Undoable {
  const entry = { title, undo };
  ide.explorer.undo.push(entry);
  if (!quiet) toast({ title, action: { label: "Undo", run: () => void ide.explorer.undo.run(entry) } });
  return entry;
}

function what(paths: readonly string[]): string {
  return paths.length === 1 ? readablePath(baseName(paths[0] ?? "")) : plural(paths.length, "entry", "entries");
}

/** Why a name cannot be given; null when it can. A new file may bring its folders along: `src/new/file.ts`. */
export function nameFault(ide: IdeSession, folder: string, name: string, renamed: string | null): string | null {
  if (name.trim() === "") return "Type a name";
  if (renamed !== null && name.includes("/")) return "A name holds no slash; drag it to move it";
  const fault = pathFault(joinPath(folder, name));
  if (fault !== null) return `The name ${fault}`;
  return ide.tree.nameTaken(folder, name, renamed) ? `There is something called ${name} here already` : null;
}

/** Makes what a draft was named, and opens a file. Resolves with whether it is there. */
export async function create(ide: IdeSession, { kind, folder }: Draft, name: string): Promise<boolean> {
  const path = joinPath(folder, name);
  try {
    const parts = name.split("/");
    const folders = parts.slice(0, kind === "folder" ? parts.length : -1).map((_, index) => joinPath(folder, parts.slice(0, index + 1).join("/")));
    for (const each of folders) await makeFolder(ide, each, kind === "folder" && each === path);
    if (kind === "file") {
      const written = await ide.files.write(path, new Uint8Array(), "none");
      ide.tree.put({ path, name: baseName(path), kind: "file", sizeBytes: 0, modifiedAt: written.modifiedAt, executable: false, target: null, ignored: false });
    }
    await ide.explorer.reveal(path);
    if (kind === "file") ide.openFile(path);
    done(ide, `Made ${what([path])}`, () => toTrash(ide, [path]), { quiet: true });
    return true;
  } catch (error) {
    fail(error);
    return false;
  }
}

async function makeFolder(ide: IdeSession, path: string, isNew: boolean): Promise<void> {
  try {
    ide.tree.put(await ide.files.createFolder(path));
  } catch (error) {
    if (isNew || toProblem(error).code !== "already_exists") throw error;
  }
}

/** Takes entries elsewhere, at once, and back if the server will not. */
async function move(ide: IdeSession, moves: readonly Move[]): Promise<boolean> {
  const moving = ide.files.move(moves);
  for (const { from, to } of moves) ide.moved(from, to, moving);
  try {
    for (const entry of await moving) ide.tree.put(entry);
    return true;
  } catch (error) {
    for (const { from, to } of [...moves].reverse()) ide.moved(to, from);
    await ide.tree.refreshMoved(moves);
    fail(error);
    return false;
  }
}

export async function rename(ide: IdeSession, path: string, name: string): Promise<void> {
  const to = joinPath(folderOf(path), name);
  if (to === path) return;
  const moving = move(ide, [{ from: path, to }]);
  ide.explorer.select(to, "only");
  // It shows at once, so it can be taken back at once.
  const entry = done(ide, `Renamed ${what([path])} to ${what([to])}`, async () => {
    // What was chosen is chosen again: the next key is meant for it.
    if ((await moving) && (await move(ide, [{ from: to, to: path }]))) ide.explorer.select(path, "only");
  }, { quiet: true });
  if (await moving) return;
  ide.explorer.undo.drop(entry);
  ide.explorer.select(path, "only");
}

export function moveInto(ide: IdeSession, paths: readonly string[], folder: string): Promise<void> {
  return ide.explorer.inTurn(() => moveNow(ide, paths, folder));
}

async function moveNow(ide: IdeSession, paths: readonly string[], folder: string): Promise<void> {
  const moves = paths.filter((path) => folderOf(path) !== folder && !isWithin(folder, path)).map((path) => ({ from: path, to: joinPath(folder, baseName(path)) }));
  if (moves.length === 0 || !(await move(ide, moves))) return;
  const place = folder === "" ? "the project itself" : readablePath(folder);
  done(ide, `Moved ${what(moves.map(({ from }) => from))} to ${place}`, () => move(ide, moves.map(({ from, to }) => ({ from: to, to: from }))));
}

export function copyInto(ide: IdeSession, paths: readonly string[], folder: string): Promise<void> {
  return ide.explorer.inTurn(() => copyNow(ide, paths, folder));
}

async function copyNow(ide: IdeSession, paths: readonly string[], folder: string): Promise<void> {
  const copies = paths.filter((path) => !isWithin(folder, path) || path === folder).map((path) => ({ from: path, to: joinPath(folder, copyName(ide.tree, folder, path)) }));
  if (copies.length === 0) return;
  try {
    for (const entry of await ide.files.copy(copies)) ide.tree.put(entry);
    const [first] = copies;
    if (first) await ide.explorer.reveal(first.to);
    done(ide, `Copied ${what(copies.map(({ from }) => from))}`, () => toTrash(ide, copies.map(({ to }) => to)), { quiet: true });
  } catch (error) {
    fail(error);
  }
}

/** To the trash, with a way back. */
export async function remove(ide: IdeSession, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const trashId = await toTrash(ide, paths);
  if (trashId !== null) done(ide, `Deleted ${what(paths)}`, () => restore(ide, trashId));
}

/** What was open and saved is closed; what was not stays open and says so. Resolves with what takes it out again; null where the server will not. */
async function toTrash(ide: IdeSession, paths: readonly string[]): Promise<string | null> {
  const order = ide.explorer.order();
  const shown = paths.map((path) => order.indexOf(path)).filter((index) => index >= 0);
  const gone = (path: string) => paths.some((each) => isWithin(path, each));
  for (const path of paths) ide.tree.forget(path);
  const at = Math.min(...shown);
  const next = order.slice(at).find((path) => !gone(path)) ?? order.slice(0, at).reverse().find((path) => !gone(path));
  // Where none of them stood in a row, what is chosen stays.
  if (shown.length > 0 && next !== undefined) ide.explorer.select(next, "only");
  try {
    const trashId = await ide.files.remove(paths);
    ide.editors.closeEverywhere((input) => gone(input.path) && !ide.documents.isDirty(input.path));
    return trashId;
  } catch (error) {
    await Promise.all([...new Set(paths.map(folderOf))].map((folder) => ide.tree.refresh(folder)));
    fail(error);
    return null;
  }
}

/** Lets the person choose among what was deleted in the project, by anybody, and puts that back where it was. */
export async function chooseAndRestore(ide: IdeSession): Promise<void> {
  try {
    const deletions = await ide.files.deleted();
    if (deletions.length === 0) return void toast({ kind: "info", title: "Nothing deleted can be restored" });
    const chosen = await pickOne("Restore what was deleted", deletions.map(({ id, paths, deletedAt }) => ({ value: id, label: listed(paths), detail: relativeTime(deletedAt, Date.now()) })));
    if (chosen !== null) await restore(ide, chosen);
  } catch (error) {
    fail(error);
  }
}

/** `src/a.ts`, `src/a.ts and 3 more`. */
function listed([first = "", ...rest]: readonly string[]): string {
  return rest.length === 0 ? readablePath(first) : `${readablePath(first)} and ${rest.length} more`;
}

async function restore(ide: IdeSession, trashId: string): Promise<void> {
  try {
    const entries = await ide.files.restore(trashId);
    for (const entry of entries) ide.tree.put(entry);
    const [first] = entries;
    if (first) await ide.explorer.reveal(first.path);
  } catch (error) {
    fail(error);
  }
}

/** Pastes what was cut or copied in the explorer. */
export async function paste(ide: IdeSession): Promise<void> {
  const clipboard = ide.explorer.clipboard.get();
  if (!clipboard) return;
  const folder = ide.explorer.targetFolder();
  if (!clipboard.cut) return copyInto(ide, clipboard.paths, folder);
  ide.explorer.clipboard.set(null);
  await moveInto(ide, clipboard.paths, folder);
}

/** Saves each chosen file to the person's machine. A folder is exported with the project. */
export function downloadFiles(ide: IdeSession, paths: readonly string[]): void {
  for (const path of paths) if (ide.tree.entry(path)?.kind === "file") saveAs(ide.files.downloadUrl(path));
}

export function uploadFiles(ide: IdeSession, files: readonly UploadFile[]): void {
  if (files.length > 0) ide.uploads.add(files);
}

/** Lets the person choose files of their machine for a folder. */
export function chooseAndUpload(ide: IdeSession, folder: string): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.onchange = () => uploadFiles(ide, [...(input.files ?? [])].map((file) => ({ path: joinPath(folder, file.name), file })));
  input.click();
}
