import { afterEach, describe, expect, it, vi } from "vitest";
import { Buffers, contentOf, SlowDisk } from "./__fixtures__/slow-disk.ts";
import { Documents } from "./documents.ts";
import { type KeptText, TextDocument } from "./TextDocument.ts";

const editorCode = vi.hoisted(() => ({ missing: false }));
// The real one is a browser's.
vi.mock("./monaco.ts", async () => {
  const { PLAIN_MONACO } = await import("./__fixtures__/plain-monaco.ts");
  const loadMonaco = async () => {
    if (editorCode.missing) throw new Error("The editor could not be fetched");
    return PLAIN_MONACO;
  };
  return { loadMonaco };
});
afterEach(() => {
  vi.useRealTimers();
});

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

const bytesOf = (text: string) => new TextEncoder().encode(text);
const hashOf = (text: string) => contentOf(bytesOf(text)).hash;

/** A project that was opened again: unsaved text of a file came back, and nothing has shown the file yet. */
function restored(onDisk: string | null, baseHash: string) {
  const kept = { ...KEPT, baseHash };
  const { disk, buffers, deps } = rig("a.txt", bytesOf(onDisk ?? ""), kept);
  if (onDisk === null) disk.files.delete("a.txt");
  const documents = new Documents(deps);
  documents.restore("a.txt", kept);
  return { disk, buffers, documents };
}

describe("saving all", () => {
  it("saves unsaved text that nothing has shown yet", async () => {
    const { disk, buffers, documents } = restored("before", hashOf("before"));
    const failed = documents.saveAll();
    disk.letThrough();
    expect(await failed).toEqual([]);
    expect([disk.textOf("a.txt"), [...documents.dirty.get()], [...buffers.kept]]).toEqual(["typed", [], []]);
  });

  it.each([
    ["has changed since", "another's"],
    ["was deleted since", null],
  ])("leaves a file alone that %s, and says so", async (_what, onDisk) => {
    const { disk, buffers, documents } = restored(onDisk, hashOf("before"));
    const failed = documents.saveAll();
    disk.letThrough();
    expect(await failed).toEqual(["a.txt"]);
    expect([disk.textOf("a.txt"), [...documents.dirty.get()], [...documents.conflicts.get()], [...buffers.kept.keys()]]).toEqual([onDisk, ["a.txt"], ["a.txt"], ["a.txt"]]);
    expect(documents.get("a.txt").model?.getValue()).toBe("typed");
  });

  it("does not save what was given up before anything had shown it", async () => {
    const { disk, buffers, documents } = restored("before", hashOf("before"));
    disk.letThrough();
    await documents.discard("a.txt");
    expect([await documents.saveAll(), disk.textOf("a.txt"), [...documents.dirty.get()], [...buffers.kept]]).toEqual([[], "before", [], []]);
  });

  it("says of a file that could not be read that it is not saved, and keeps what was typed", async () => {
    const { disk, buffers, documents } = restored("before", hashOf("before"));
    disk.letThrough();
    disk.busy = 1;
    expect(await documents.saveAll()).toEqual(["a.txt"]);
    expect([disk.textOf("a.txt"), [...documents.dirty.get()], [...buffers.kept.keys()]]).toEqual(["before", ["a.txt"], ["a.txt"]]);
    await documents.get("a.txt").load();
    expect([await documents.saveAll(), disk.textOf("a.txt")]).toEqual([[], "typed"]);
  });
});

it("says when the editor cannot be fetched for unsaved text whose file is gone, and shows it when asked again", async () => {
  const { disk, documents } = restored(null, hashOf("before"));
  disk.letThrough();
  editorCode.missing = true;
  const failed = await documents.saveAll();
  editorCode.missing = false;
  const document = documents.get("a.txt");
  expect([failed, document.state.get().phase]).toEqual([["a.txt"], "failed"]);
  await document.load();
  expect([document.model?.getValue(), document.state.get().disk]).toEqual(["typed", { kind: "deleted" }]);
});

describe("a file that is being read", () => {
  const openingText = () => opening("a.txt", bytesOf("before"), { ...KEPT, baseHash: hashOf("before") });

  it("is saved when its text is there", async () => {
    const { disk, document } = openingText();
    const saved = document.save();
    disk.letThrough();
    expect([await saved, disk.textOf("a.txt"), document.state.get().dirty]).toEqual([true, "typed", false]);
  });

  it("is saved under the name that it has then", async () => {
    const { disk, document } = openingText();
    const saved = document.save();
    document.rename("b.txt");
    disk.move("a.txt", "b.txt");
    disk.letThrough();
    expect([await saved, disk.textOf("a.txt"), disk.textOf("b.txt")]).toEqual([true, null, "typed"]);
  });

  it("is not written when its unsaved text is given up meanwhile", async () => {
    const { disk, documents } = restored("before", hashOf("before"));
    const saved = documents.get("a.txt").save();
    await documents.discard("a.txt");
    disk.letThrough();
    expect([await saved, disk.textOf("a.txt")]).toEqual([false, "before"]);
  });

  it("is not written over: what lies there nobody has seen", async () => {
    const { disk, document, loading } = opening("a.txt", bytesOf("another's"), KEPT);
    void document.save();
    const overwritten = document.overwrite();
    disk.letThrough();
    await loading;
    expect([await overwritten, disk.textOf("a.txt")]).toEqual([false, "another's"]);
    expect([await document.overwrite(), disk.textOf("a.txt")]).toEqual([true, "typed"]);
  });

  it("again, and is no text any more, is not written over with the text from before", async () => {
    const { disk, document, loading } = openingText();
    disk.letThrough();
    await loading;
    disk.files.set("a.txt", ONE);
    await document.reload();
    expect([await document.save(), disk.files.get("a.txt")]).toEqual([false, ONE]);
  });

  it("again, and is no text any more, has nothing left to save", async () => {
    const { disk, buffers, document, loading } = openingText();
    disk.letThrough();
    await loading;
    disk.files.set("a.txt", ONE);
    await document.reload();
    expect([document.state.get().phase, document.state.get().dirty, [...buffers.kept]]).toEqual(["binary", false, []]);
  });
});

/** A file that is shown and has become another one, of which an event has told; looking at it is refused so many times. */
async function changedWhileBusy(times: number) {
  vi.useFakeTimers();
  const { disk, document, loading } = opening("data.bin", ONE);
  disk.letThrough();
  await loading;
  disk.files.set("data.bin", TWO);
  disk.busy = times;
  disk.reads = 0;
  await document.checkDisk();
  return { disk, document };
}

it("looks at a changed file again when the first look was refused in passing", async () => {
  const { document } = await changedWhileBusy(3);
  expect(document.state.get().hash).toBe(contentOf(ONE).hash);
  await vi.advanceTimersByTimeAsync(14_000);
  expect(document.state.get().hash).toBe(contentOf(TWO).hash);
});

it("looks again ever more seldom, and not once the file is closed", async () => {
  const { disk, document } = await changedWhileBusy(1_000);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(disk.reads).toBeGreaterThan(10);
  expect(disk.reads).toBeLessThan(20);
  document.dispose();
  const before = disk.reads;
  await vi.advanceTimersByTimeAsync(600_000);
  expect(disk.reads).toBe(before);
});

/** Unsaved text that was given up, which the server refused to let go of once. */
async function givenUpWhileBusy() {
  vi.useFakeTimers();
  const { disk, buffers, documents } = restored("before", hashOf("before"));
  disk.letThrough();
  documents.get("a.txt");
  buffers.busy = 1;
  await documents.discard("a.txt");
  return { buffers, documents };
}

it("lets the server forget unsaved text that was given up, although it refused at first", async () => {
  const { buffers } = await givenUpWhileBusy();
  expect([...buffers.kept.keys()]).toEqual(["a.txt"]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect([...buffers.kept.keys()]).toEqual([]);
});

it("keeps what is typed after the file was opened again, whatever is still to be let go", async () => {
  const { buffers, documents } = await givenUpWhileBusy();
  const document = documents.get("a.txt");
  await vi.advanceTimersByTimeAsync(0);
  document.model?.setValue("newer");
  await vi.advanceTimersByTimeAsync(600_000);
  expect(buffers.kept.get("a.txt")?.change).toEqual({ text: "newer" });
});

describe("a look at the disk that is answered late", () => {
  /** A text that is shown, a look at its file that waits for an answer, and what is told of it from then on. */
  async function looking() {
    const { disk, document, loading } = opening("a.txt", bytesOf("one"));
    disk.letThrough();
    await loading;
    disk.hold();
    const looked = document.checkDisk();
    document.model?.setValue("two");
    const told = new Set<string>();
    document.state.subscribe(() => told.add(`${document.model?.getValue()}, ${document.state.get().disk.kind}`));
    return { disk, document, looked, told };
  }

  it("does not take back what was saved since", async () => {
    const { disk, document, looked, told } = await looking();
    disk.look();
    expect(await document.save()).toBe(true);
    disk.letThrough();
    await looked;
    expect([[...told], document.state.get().hash]).toEqual([["two, same"], hashOf("two")]);
  });

  it("does not call what is just being saved a change by somebody else", async () => {
    const { disk, document, looked, told } = await looking();
    const write = disk.write.bind(disk);
    vi.spyOn(disk, "write").mockImplementationOnce(async (...input) => {
      const answer = await write(...input);
      disk.letThrough();
      await looked;
      return answer;
    });
    expect(await document.save()).toBe(true);
    expect([...told]).toEqual(["two, same"]);
  });

  it("does not read a file a second time over what is typed into it", async () => {
    const { disk, deps } = rig("a.txt", bytesOf("one"));
    disk.busy = 1;
    const document = new TextDocument("a.txt", deps);
    await document.load();
    const answers = [document.checkDisk(), document.load()];
    const stop = document.state.subscribe(() => {
      if (document.state.get().phase !== "text") return;
      stop();
      document.model?.setValue("typed");
    });
    disk.letThrough();
    await Promise.all(answers);
    expect([document.model?.getValue(), document.state.get().dirty]).toEqual(["typed", true]);
  });
});

it("looks at what happened to a file while saving it failed", async () => {
  const { disk, document, loading } = opening("a.txt", bytesOf("one"));
  disk.letThrough();
  await loading;
  document.model?.setValue("two");
  vi.spyOn(disk, "write").mockImplementationOnce(async () => {
    disk.files.set("a.txt", bytesOf("another's"));
    await document.checkDisk();
    throw new Error("Busy");
  });
  expect(await document.save()).toBe(false);
  await vi.waitFor(() => expect(document.state.get().disk).toEqual({ kind: "changed", hash: hashOf("another's") }));
  expect(document.model?.getValue()).toBe("two");
});

describe("a text that was written without the page hearing of it", () => {
  async function written() {
    const { disk, document, loading } = opening("a.txt", bytesOf("one"));
    disk.letThrough();
    await loading;
    document.model?.setValue("two");
    const write = disk.write.bind(disk);
    vi.spyOn(disk, "write").mockImplementationOnce(async (...input) => {
      await write(...input);
      throw new Error("The connection was lost");
    });
    expect([await document.save(), document.state.get().dirty]).toEqual([false, true]);
    return { disk, document };
  }
  const SAVED = { dirty: false, saving: false, saveProblem: null, disk: { kind: "same" }, hash: hashOf("two") };

  it("is saved when it is found there", async () => {
    const { document } = await written();
    await document.checkDisk();
    expect(document.state.get()).toMatchObject(SAVED);
  });

  it("is saved when it is saved once more, and what somebody else wrote is written over by none of it", async () => {
    const { disk, document } = await written();
    expect(await document.save()).toBe(true);
    expect(document.state.get()).toMatchObject(SAVED);
    document.model?.setValue("three");
    disk.files.set("a.txt", bytesOf("another's"));
    expect([await document.save(), document.state.get().disk, disk.textOf("a.txt")]).toEqual([false, { kind: "changed", hash: hashOf("another's") }, "another's"]);
  });
});

it("brings unsaved text back by itself once a file can be read that could not be", async () => {
  const { disk, documents } = restored("before", hashOf("before"));
  disk.letThrough();
  disk.busy = 1;
  const document = documents.get("a.txt");
  await vi.waitFor(() => expect(document.state.get().phase).toBe("failed"));
  await document.checkDisk();
  expect([document.state.get().phase, document.model?.getValue(), document.state.get().disk.kind]).toEqual(["text", "typed", "same"]);
});

it.each([
  ["under its new name, once it has that", "b.txt", "a.txt"],
  ["where it stayed, if it could not be renamed", "a.txt", "b.txt"],
])("saves a file that is being renamed %s", async (_where, place, other) => {
  const { disk, documents } = restored("before", hashOf("before"));
  disk.letThrough();
  const document = documents.get("a.txt");
  await vi.waitFor(() => expect(document.state.get().phase).toBe("text"));
  const { promise: moving, resolve, reject } = Promise.withResolvers<void>();
  documents.rename("a.txt", "b.txt", moving);
  moving.catch(() => documents.rename("b.txt", "a.txt"));
  const saved = document.save();
  await new Promise((done) => setTimeout(done, 0));
  if (place === "a.txt") reject(new Error("Refused"));
  else {
    disk.move("a.txt", "b.txt");
    resolve();
  }
  expect([await saved, disk.textOf(place), disk.textOf(other), document.state.get().disk.kind]).toEqual([true, "typed", null, "same"]);
});
