import { registry } from "@coder/modules";
import { describe, expect, it } from "vitest";
import { makesCaller, tablesDescribed } from "./acting.ts";
import { readSources } from "./source.ts";

/** Which module may reach over the tenants, and for what. Adding one is a decision: could it not be `db.for(caller)`? */
const ACROSS_TENANTS: Readonly<Record<string, readonly string[]>> = {
  auth: ["retention", "session-control", "sign-in"],
  "configuration-service": ["settings"],
  dashboard: ["jobs", "retention"],
  execution: ["retention"],
  logging: ["audit", "retention"],
  "user-management": ["membership", "people", "sign-in"],
  workspace: ["retention"],
};

/** Files that act for an organization by its id instead of by the caller: they have decided themselves that it may be reached. */
const ACTS_FOR_AN_ORGANIZATION = ["packages/modules/execution/src/changes/apply/Settlement.ts", "packages/modules/execution/src/runs/RunSettlement.ts", "packages/modules/user-management/src/Tables.ts", "packages/modules/workspace/src/live/rows-of-opened.ts"];

const sources = readSources(["packages/modules"]).filter(({ isTest }) => !isTest);
const uses = sources.flatMap(({ path, text }) => {
  const module = path.split("/")[2] ?? "";
  return [...text.matchAll(/\.system\(\s*([^)]*?)\s*\)/g)].map(([, argument = ""]) => ({ path, module, reason: /^"([a-z-]+)"$/.exec(argument)?.[1] ?? argument }));
});

describe("tenancy", () => {
  it("is passed over only by the modules, and for the reasons, listed here", () => {
    const found = Object.fromEntries(registry.map(({ name }) => [name, [...new Set(uses.filter(({ module }) => module === name).map(({ reason }) => reason))].sort()]));
    expect(found).toEqual({ ...Object.fromEntries(registry.map(({ name }) => [name, []])), ...ACROSS_TENANTS });
  });

  it("follows the caller, except in the files listed here", () => {
    expect(sources.filter(({ text }) => makesCaller(text)).map(({ path }) => path)).toEqual(ACTS_FOR_AN_ORGANIZATION);
  });

  it.each([
    "database.for({ ...caller, organizationId: input.organizationId })",
    "client({ ...context.caller, userId })",
    'database.for({ kind: "user", userId, organizationId, sessionId })',
    'database.for(systemCaller("part", organizationId))',
  ])("sees that %s is somebody else", (text) => {
    expect(makesCaller(text)).toBe(true);
  });

  it.each(["insert({ ...row, organizationId })", 'systemCaller("part")', '({ kind: "archive", organizationId })'])("lets %s be", (text) => {
    expect(makesCaller(text)).toBe(false);
  });

  it("is described by each module for its own tables only, all of which its manifest lists", () => {
    const described = registry.map(({ name }) => [name, sources.filter(({ path }) => path.startsWith(`packages/modules/${name}/`)).flatMap(({ text }) => tablesDescribed(text)).sort()]);
    expect(described).toEqual(registry.map(({ name, entities }) => [name, entities.map(({ table }) => table).sort()]));
  });
});
