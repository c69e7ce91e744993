import type * as ChildProcess from "node:child_process";
import type * as FileSystem from "node:fs";
import type { PathLike } from "node:fs";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ProjectCheckpoints, type CheckpointPlaces } from "./ProjectCheckpoints.ts";
import { JOURNAL } from "./restore/Journal.ts";

/** What a loss of power would take: everything that was changed and not put on the disk since, by inode, with the place where it was changed. */
const disk = vi.hoisted(() => ({ dirty: new Map<number, string>(), atJournal: [] as string[][], canSyncTogether: true, together: 0 }));

vi.mock("node:fs", async (load) => {
  const fs = await load<typeof FileSystem>();
  const changed = (place: PathLike | number) => {
    const at = typeof place === "number" ? `/proc/self/fd/${place}` : place;
    const { ino } = typeof place === "number" ? fs.fstatSync(place) : fs.statSync(at);
    disk.dirty.set(ino, fs.realpathSync(at));
  };
  const forget = (at: PathLike) => disk.dirty.delete(fs.lstatSync(at).ino);
  const parentOf = (place: PathLike) => place.toString("latin1").replace(/\/[^/]*$/, "");
  return {
    ...fs,
    writeSync: (...given: Parameters<typeof fs.writeSync>) => (changed(given[0]), fs.writeSync(...given)),
    fchmodSync: (file: number, mode: number) => (fs.fchmodSync(file, mode), changed(file)),
    fchownSync: (file: number, uid: number, gid: number) => (fs.fchownSync(file, uid, gid), changed(file)),
    chmodSync: (at: PathLike, mode: number) => (fs.chmodSync(at, mode), changed(at)),
    mkdirSync: (at: PathLike, options?: number) => {
      const made = fs.mkdirSync(at, options);
      changed(at);
      changed(parentOf(at));
      return made;
    },
    symlinkSync: (target: PathLike, at: PathLike) => (fs.symlinkSync(target, at), changed(parentOf(at))),
    rmdirSync: (at: PathLike) => (forget(at), fs.rmdirSync(at), changed(parentOf(at))),
    unlinkSync: (at: PathLike) => (forget(at), fs.unlinkSync(at), changed(parentOf(at))),
    renameSync: (from: PathLike, to: PathLike) => {
      if (path.basename(String(to)) === JOURNAL) disk.atJournal.push([...disk.dirty.values()]);
      fs.renameSync(from, to);
      for (const place of [from, to]) changed(parentOf(place));
    },
    fsyncSync: (file: number) => (fs.fsyncSync(file), disk.dirty.delete(fs.fstatSync(file).ino)),
  };
});

vi.mock("node:child_process", async (load) => ({
  ...(await load<typeof ChildProcess>()),
  spawnSync: (command: string, [option]: readonly string[]) => {
    expect([command, option]).toEqual(["sync", "-f"]);
    if (!disk.canSyncTogether) return { status: 1 };
    disk.together += 1;
    disk.dirty.clear();
    return { status: 0 };
  },
}));

let root: string;
let places: CheckpointPlaces;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "coder-durable-"));
  places = { tree: path.join(root, "tree"), staging: path.join(root, "staging"), store: path.join(root, "store") };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function fill(version: string, folders: number): void {
  rmSync(places.tree, { recursive: true, force: true });
  mkdirSync(places.tree);
  for (let place = 0; place < folders; place += 1) {
    const folder = path.join(places.tree, `${place % 3 === 0 ? version : "both"}-${place}`);
    mkdirSync(folder, { mode: version === "one" && place % 2 === 0 ? 0o750 : 0o700 });
    writeFileSync(path.join(folder, "file"), `${version} ${place}\n`);
  }
  symlinkSync(version, path.join(places.tree, "link"));
}

it.each([
  ["a few", 5, true], ["many", 150, true], ["many, where a system cannot do it together", 150, false],
])("is on the disk before the journal says so: %s", (_what, folders, canSyncTogether) => {
  Object.assign(disk, { canSyncTogether, together: 0 });
  fill("one", folders);
  const checkpoints = new ProjectCheckpoints(places);
  const target = checkpoints.take().root;
  fill("two", folders);
  disk.dirty.clear();
  disk.atJournal.length = 0;
  checkpoints.begin(crypto.randomUUID(), { target, after: null, chosen: [] }, null);
  checkpoints.finish();
  const [begun = [], done = []] = disk.atJournal;
  expect(disk.atJournal).toHaveLength(2);
  expect(begun.filter((place) => /staging\/restore-[^/]+\//.test(place)), "contents, when the journal names them").toEqual([]);
  expect(done.filter((place) => place === places.tree || place.startsWith(`${places.tree}/`) || /staging\/restore-[^/]+\//.test(place)), "what was restored, when the journal says that it is").toEqual([]);
  expect(disk.together > 0).toBe(folders > 64 && canSyncTogether);
  checkpoints.forget();
  checkpoints.close();
});
