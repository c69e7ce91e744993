import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { UserIdSchema, type UserId } from "../ids.ts";
import { newId } from "./new-id.ts";

afterEach(() => vi.useRealTimers());

describe("newId", () => {
  it("makes UUIDs of version 7 that carry the time", () => {
    vi.useFakeTimers({ now: Date.UTC(2100, 0, 1) });
    const id = newId();
    expect(z.uuidv7().safeParse(id).success).toBe(true);
    expect(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16)).toBe(Date.UTC(2100, 0, 1));
  });

  it("sorts strictly by the order in which ids were made, many in one millisecond and with the clock set back", () => {
    vi.useFakeTimers({ now: Date.UTC(2101, 0, 1) });
    const ids = Array.from({ length: 10_000 }, () => newId());
    vi.setSystemTime(Date.UTC(2101, 0, 1) - 3_600_000);
    ids.push(...Array.from({ length: 1_000 }, () => newId()));
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("gives the branded type of a schema", () => {
    const id: UserId = newId(UserIdSchema);
    expect(UserIdSchema.parse(id)).toBe(id);
  });
});
