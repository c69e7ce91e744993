import { describe, expect, it } from "vitest";
import { AREAS, areaOf } from "./areas.ts";

describe("AREAS", () => {
  it.each(["id", "path", "keys"] as const)("share no %s: the second would never be reached", (field) => {
    const values = AREAS.map((area) => area[field]);
    expect(values.filter((value, index) => values.indexOf(value) !== index)).toEqual([]);
  });

  it("own what lies below them", () => {
    for (const area of AREAS) expect(areaOf(area.path)?.id).toBe(area.id);
    expect(areaOf("/people/somebody")?.id).toBe("people");
    expect(areaOf("/nowhere")).toBeUndefined();
  });
});
