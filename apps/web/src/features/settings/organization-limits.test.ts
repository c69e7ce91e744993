import { describe, expect, it } from "vitest";
import { limitGroups, ownLimits, ownLimitsText, withOwnLimits } from "./organization-limits.ts";
import type { Setting } from "./types.ts";

const setting = (key: string, value: unknown, schema: object = { type: "integer" }): Setting => ({
  key, module: key.split(".")[0] ?? null, description: "", schema: { ...schema }, environment: "", secret: false, restart: false, settable: true, value, source: "default", where: "", hides: [], pending: null, version: null,
});
const properties = { openJobs: { type: "integer", minimum: 1, description: "Jobs that may wait" }, days: { type: "integer", minimum: 0 } };
const organizations = (value: unknown) => setting("dashboard.organizations", value, { type: "object", additionalProperties: { type: "object", properties } });
const SETTINGS = [setting("dashboard.quota.openJobs", 1_000), setting("dashboard.retention.days", 7), organizations({ a: { openJobs: 5 } }), setting("auth.organizations", {}), setting("workspace.quota.openJobs", 3)];

describe("limits of organizations", () => {
  it("are what the settings say can differ, with what holds for all others", () => {
    expect(limitGroups(SETTINGS).map(({ title, limits }) => [title, limits.map(({ name, title: what, description, everybodys }) => [name, what, description, everybodys])])).toEqual([
      ["Jobs", [["openJobs", "Open jobs", "Jobs that may wait", 1_000], ["days", "Days", "", 7]]],
    ]);
  });

  it("are read and written for one organization, and leave the others as they are", () => {
    const before = organizations({ a: { openJobs: 5 }, b: { days: 1 } });
    expect([ownLimits(before, "a"), ownLimits(before, "c"), ownLimits(organizations("odd"), "a")]).toEqual([{ openJobs: 5 }, {}, {}]);
    expect(withOwnLimits(before, "a", { days: 2 })).toEqual({ a: { days: 2 }, b: { days: 1 } });
    expect(withOwnLimits(before, "a", {})).toEqual({ b: { days: 1 } });
    expect(withOwnLimits(organizations({}), "c", { days: 0 })).toEqual({ c: { days: 0 } });
  });

  it("are told in one line", () => {
    expect(ownLimitsText(limitGroups(SETTINGS), "a")).toBe("Jobs: open jobs 5");
    expect(ownLimitsText(limitGroups(SETTINGS), "b")).toBe("");
  });
});
