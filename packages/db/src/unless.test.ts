import { AppError } from "@coder/shared";
import { expect, it } from "vitest";
import { unlessConflict, unlessExists } from "./unless.ts";

const refusal = async (code: string): Promise<string> => {
  throw new AppError("conflict", code, "Refused", { remedy: "None" });
};

it("makes null of a lost race, and of nothing else", async () => {
  for (const code of ["version_conflict", "condition_failed"]) expect(await unlessConflict(refusal(code))).toBeNull();
  expect(await unlessExists(refusal("already_exists"))).toBeNull();
  await expect(unlessConflict(refusal("already_exists"))).rejects.toMatchObject({ code: "already_exists" });
  await expect(unlessExists(refusal("version_conflict"))).rejects.toMatchObject({ code: "version_conflict" });
  await expect(unlessConflict(Promise.reject(new TypeError("a fault")))).rejects.toThrow(TypeError);
  expect(await unlessConflict(Promise.resolve(7))).toBe(7);
});
