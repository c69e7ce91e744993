import { fstatSync, lstatSync, realpathSync, statSync, type PathLike } from "node:fs";
import type * as FileSystem from "node:fs/promises";
import path from "node:path";
import { expect, it, vi } from "vitest";
import { ChangeRig } from "../__fixtures__/ChangeRig.ts";

/** What a loss of power would take, by inode, with the place where it was changed; and how that was each time a journal was closed. */
const disk = vi.hoisted(() => ({ dirty: new Map<number, string>(), atClose: [] as string[][] }));

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
    rename: (from: PathLike, to: PathLike) => {
      if (path.basename(String(to)) === "record.json") disk.atClose.push([...disk.dirty.values()]);
      return after(fs.rename(from, to), parentOf(from), parentOf(to));
    },
  };
});

it("is on the disk before the journal says so, and so is what an undo puts back", async () => {
  const rig = await ChangeRig.open();
  try {
    await rig.write({ "src/a.ts": "1\n", "src/gone.ts": "2\n", "run.sh": "3\n", "alone/only.ts": "4\n" });
    const wanted = await rig.proposal({ "src/a.ts": "1\n2\n", "src/gone.ts": null, "new/er/made.ts": "5\n", "run.sh": "3\n", "alone/only.ts": null });
    const { id } = await rig.parts.service.createChangeSet(rig.caller, { ...wanted, files: wanted.files.map((file) => (file.path === "run.sh" ? { ...file, executable: true } : file)) });
    await rig.decideAll(id);
    disk.dirty.clear();
    expect(await rig.apply(id)).toMatchObject({ state: "applied" });
    expect(await rig.undo(id)).toMatchObject({ state: "undone" });
    const inTree = disk.atClose.map((places) => places.filter((place) => place === rig.tree || place.startsWith(`${rig.tree}/`)));
    expect(inTree).toEqual([[], []]);
  } finally {
    await rig.close();
  }
});
