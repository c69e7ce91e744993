import path from "node:path";
import { NOBODY, tellsAs } from "@coder/testing";
import { describe, expect, it } from "vitest";

describe.skipIf(process.getuid?.() !== 0)("folders that a program closed to an ordinary user", () => {
  it("are deleted, moved and brought back with the modes they had", async () => {
    expect(await tellsAs(NOBODY, path.join(import.meta.dirname, "__fixtures__/delete-as-owner.ts"))).toEqual({
      deleted: ["done", "done"], moved: "done", left: ["elsewhere"], counted: [0, 1], restored: ["done", "done"], modes: ["555", "0", "555"],
    });
  });
});
