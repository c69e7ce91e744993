import { fstatSync, lstatSync, realpathSync, statSync, type PathLike } from "node:fs";
import type * as FileSystem from "node:fs/promises";
import path from "node:path";
import type { ChangeSetId } from "@coder/api/execution";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ChangeRig } from "../__fixtures__/ChangeRig.ts";

/** What a loss of power would take, by inode, with the place where it was changed; and how that was each time a journal was written, closed, and dropped. */
const disk = vi.hoisted(() => ({ dirty: new Map<number, string>(), atBegin: [] as string[][], atClose: [] as string[][], atDrop: [] as string[][] }));

vi.mock("node:fs/promises", async (load) => {
  const fs = await load<typeof FileSystem>();
  const changed = (at: PathLike) => disk.dirty.set(statSync(at).ino, realpathSync(at));
  const forget = (at: PathLike) => disk.dirty.delete(lstatSync(at).ino);
  const parentOf = (at: PathLike) => at.toString("latin1").replace(/\/[^/]*$/, "");
  const after = async <Result>(work: Promise<Result>, ...places: readonly PathLike[]): Promise<Result> => {
    const result = await work;
    for (const place of places) changed(place);
    return result;
  };
  return {
    ...fs,
    open: async (...given: Parameters<typeof fs.open>) => {
      const file = await fs.open(...given);
      const { sync, writeFile, chmod } = { sync: file.sync.bind(file), writeFile: file.writeFile.bind(file), chmod: file.chmod.bind(file) };
      const own = `/proc/self/fd/${file.fd}`;
      return Object.assign(file, {
        sync: async () => (await sync(), void disk.dirty.delete(fstatSync(file.fd).ino)),
        writeFile: (...content: Parameters<typeof file.writeFile>) => after(writeFile(...content), own),
        chmod: (mode: number) => after(chmod(mode), own),
      });
    },
    chmod: (at: PathLike, mode: number) => after(fs.chmod(at, mode), at),
    lchown: (at: PathLike, uid: number, gid: number) => after(fs.lchown(at, uid, gid), at),
    mkdir: (at: PathLike, options?: number) => after(fs.mkdir(at, options), at, parentOf(at)),
    link: (from: PathLike, to: PathLike) => after(fs.link(from, to), parentOf(to)),
    rmdir: (at: PathLike) => (forget(at), after(fs.rmdir(at), parentOf(at))),
    rm: (at: PathLike, options?: object) => {
      if (path.basename(String(at)) === "journal.json") disk.atDrop.push([...disk.dirty.values()]);
      return fs.rm(at, options);
    },
    rename: (from: PathLike, to: PathLike) => {
      if (path.basename(String(to)) === "journal.json") disk.atBegin.push([...disk.dirty.values()]);
      if (path.basename(String(to)) === "record.json") disk.atClose.push([...disk.dirty.values()]);
      return after(fs.rename(from, to), parentOf(from), parentOf(to));
    },
  };
});

const FILES = { "src/a.ts": "1\n", "src/gone.ts": "2\n", "run.sh": "3\n", "alone/only.ts": "4\n" };
const CHANGED = { "src/a.ts": "1\n2\n", "src/gone.ts": null, "new/er/made.ts": "5\n", "run.sh": "3\n", "alone/only.ts": null };

let rig: ChangeRig;
let id: ChangeSetId;
beforeEach(async () => {
  rig = await ChangeRig.open();
  await rig.write(FILES);
  const wanted = await rig.proposal(CHANGED);
  ({ id } = await rig.parts.service.createChangeSet(rig.caller, { ...wanted, files: wanted.files.map((file) => (file.path === "run.sh" ? { ...file, executable: true } : file)) }));
  await rig.decideAll(id);
  disk.dirty.clear();
  for (const seen of [disk.atBegin, disk.atClose, disk.atDrop]) seen.length = 0;
});
afterEach(() => rig.close());

function contents(places: readonly string[]): readonly string[] {
  return places.filter((place) => /\/staging\/.*\.new$/.test(place));
}

/** A content that took its place is known by where it was made. */
function inTree(places: readonly string[]): readonly string[] {
  return [...contents(places), ...places.filter((place) => place === rig.tree || place.startsWith(`${rig.tree}/`))];
}

it("is on the disk before the journal says so, and so is what an undo puts back", async () => {
  expect(await rig.apply(id)).toMatchObject({ state: "applied" });
  expect(await rig.undo(id)).toMatchObject({ state: "undone" });
  expect(disk.atBegin.map(contents)).toEqual([[], []]);
  expect(disk.atClose.map(inTree)).toEqual([[], []]);
});

it("is taken back on the disk before the journal is gone", async () => {
  await rig.askToApply(id);
  const ended = await rig.work(id, undefined, async (done) => {
    if (done === 3) await rig.write({ "run.sh": "somebody typed this\n" });
  });
  expect(ended).toMatchObject({ state: "failed", problem: { code: "stale_base" } });
  expect([await rig.read("src/a.ts"), await rig.read("src/gone.ts"), await rig.read("new/er/made.ts")]).toEqual(["1\n", "2\n", null]);
  expect(disk.atDrop.map(inTree)).toEqual([[]]);
});
