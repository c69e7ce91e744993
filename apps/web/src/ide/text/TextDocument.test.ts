import { expect, it } from "vitest";
import { Buffers, contentOf, SlowDisk } from "./__fixtures__/slow-disk.ts";
import { Documents } from "./documents.ts";
import { type KeptText, TextDocument } from "./TextDocument.ts";

/** No text in any encoding, so that it is opened without an editor. */
const [ONE, TWO] = [Uint8Array.of(0, 159, 1), Uint8Array.of(0, 159, 2)];
const KEPT: KeptText = { text: "typed", baseHash: "base", revision: 7 };

function rig(path: string, bytes: Uint8Array<ArrayBuffer>, kept: KeptText | null = null) {
  const [disk, buffers] = [new SlowDisk(), new Buffers()];
  disk.files.set(path, bytes);
  if (kept) buffers.kept.set(path, { revision: kept.revision, baseHash: kept.baseHash, change: { text: kept.text } });
  return { disk, buffers, deps: { files: disk, bufferStore: (at: string) => buffers.of(at), isOutOfStep: () => false, onEdit: () => undefined } };
}

/** A file that was opened this moment: its first read is on its way. */
function opening(path: string, bytes: Uint8Array<ArrayBuffer>, kept: KeptText | null = null) {
  const { deps, ...servers } = rig(path, bytes, kept);
  const document = new TextDocument(path, deps, kept);
  return { ...servers, document, loading: document.load() };
}

it("shows a file that was renamed while it was read for the first time, however late its read came", async () => {
  const { disk, document, loading } = opening("old.bin", ONE);
  document.rename("new.bin");
  disk.move("old.bin", "new.bin");
  disk.letThrough();
  await loading;
  expect(document.state.get()).toMatchObject({ phase: "binary", problem: null, hash: contentOf(ONE).hash });
});

it("shows a file that was renamed and renamed back while it was read", async () => {
  const { disk, document, loading } = opening("old.bin", ONE);
  document.rename("new.bin");
  disk.move("old.bin", "new.bin");
  disk.look();
  document.rename("old.bin");
  disk.move("new.bin", "old.bin");
  void document.checkDisk();
  disk.letThrough();
  await loading;
  expect(document.state.get()).toMatchObject({ phase: "binary", problem: null });
});

it("shows what a file became while it was read for the first time", async () => {
  const { disk, document, loading } = opening("data.bin", ONE);
  disk.look();
  disk.files.set("data.bin", TWO);
  void document.checkDisk();
  disk.letThrough();
  await loading;
  expect(document.state.get()).toMatchObject({ phase: "binary", hash: contentOf(TWO).hash });
});

it("says that a file is gone that was deleted while it was read", async () => {
  const { disk, document, loading } = opening("data.bin", ONE);
  disk.files.delete("data.bin");
  void document.checkDisk();
  disk.letThrough();
  await loading;
  expect(document.state.get()).toMatchObject({ phase: "gone", problem: { code: "entry_not_found" } });
});

/** What was kept, under its new name, as it was. */
const MOVED = [["new.ts", { revision: 0, baseHash: "base", change: { text: "typed" } }]];

it("takes unsaved text along that was not brought back yet when the file was renamed", async () => {
  const { document, buffers } = opening("old.ts", ONE, KEPT);
  document.rename("new.ts");
  await document.keeper.flush();
  expect([...buffers.kept]).toEqual(MOVED);
});

it("takes unsaved text along of a file in a tab that nobody has looked at yet", async () => {
  const { deps, buffers } = rig("old.ts", ONE, KEPT);
  const documents = new Documents(deps);
  documents.restore("old.ts", KEPT);
  documents.rename("old.ts", "new.ts");
  await documents.peek("new.ts")?.keeper.flush();
  expect([[...buffers.kept], [...documents.dirty.get()]]).toEqual([MOVED, ["new.ts"]]);
  documents.dispose();
});

it("lets the server forget unsaved text that is given up before it was brought back", async () => {
  const { document, buffers } = opening("old.ts", ONE, KEPT);
  await document.discard();
  expect([...buffers.kept.keys()]).toEqual([]);
});
