import path from "node:path";
import { NOBODY, tellsAs } from "@coder/testing";
import { describe, expect, it } from "vitest";

describe.skipIf(process.getuid?.() !== 0)("checkpoints of an ordinary user", () => {
  it("keep, tell and take back what a program closed to its owner, the tree itself too", async () => {
    expect(await tellsAs(NOBODY, path.join(import.meta.dirname, "__fixtures__/restore-as-owner.ts"))).toEqual({
      uid: NOBODY,
      changes: ["changed c.txt", "changed src", "changed src/a.txt", "changed src/deep", "changed src/deep/b.txt", "created closed/inner/d.txt", "created made.txt", "created src/new.txt"],
      files: 6, blocked: [], contents: ["src/a.txt", "src/deep/b.txt", "c.txt"], left: 0, mode: "755",
    });
  });
});
