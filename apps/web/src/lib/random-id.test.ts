import { expect, it } from "vitest";
import { z } from "zod";
import { randomId } from "./random-id.ts";

it("makes UUIDs, each another one", () => {
  const ids = Array.from({ length: 200 }, randomId);
  expect(ids.filter((id) => !z.uuidv4().safeParse(id).success)).toEqual([]);
  expect(new Set(ids).size).toBe(200);
});
