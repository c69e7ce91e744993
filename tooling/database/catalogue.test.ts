import { execFile } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expectedWalls, readCatalogue, tableFaults, UNWALLED_TABLES, wallFaults, type Catalogue } from "@coder/db";
import { createTestDatabase, type TestDatabase } from "@coder/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withClient } from "./connect.ts";
import { readEntities } from "./entities.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const entities = await readEntities();
let addresses: TestDatabase;
let catalogue: Catalogue;

beforeAll(async () => {
  addresses = await createTestDatabase();
  catalogue = await withClient(addresses.ownerUrl, readCatalogue);
});
afterAll(() => addresses.drop());

/** Tables that hold rows of no single tenant, each for a reason. Adding one is a decision: say why here. */
const OF_NO_TENANT: Readonly<Record<string, string>> = {
  kernel_outbox: "effects of all tenants, for the one relay; tenants may only add their own",
  kernel_once_keys: "keys of all tenants; each sees its own",
  audit_chains: "where each chain of the audit log stands; chains of nobody's actions, too",
  audit_intents: "attempts that are not decided yet, by strangers too",
  auth_accounts: "found by e-mail address before anybody is known",
  auth_throttles: "counts attempts of people nobody knows yet",
  auth_verifications: "found by a token before anybody is known",
  configuration_changes: "history of the installation's settings",
  configuration_settings: "the installation's settings",
  dashboard_followers: "one row: which process follows the queues of all tenants",
  dashboard_removals: "jobs of all tenants and of nobody that were removed, for the one look that serves all readers",
  user_installation: "one row: who runs the installation",
  user_users: "one person can belong to several organizations",
};

describe("the migrated database", () => {
  it("has something to check", () => {
    expect(entities.length).toBeGreaterThan(10);
    expect(catalogue.tables.length).toBeGreaterThan(entities.length);
  });

  it("puts every table behind the wall its descriptor asks for, and has no other table", () => {
    expect([...wallFaults(catalogue, expectedWalls(entities))]).toEqual([]);
  });

  it("names every table that belongs to no tenant, with the reason", () => {
    const untenanted = [...entities.filter(({ tenancy }) => tenancy === "system").map(({ table }) => table), "kernel_outbox", "kernel_once_keys"];
    expect(Object.keys(OF_NO_TENANT).sort()).toEqual(untenanted.sort());
  });

  it.each(entities.map((entity) => [entity.table, entity] as const))("has %s as its descriptor says", (_table, entity) => {
    expect(tableFaults(catalogue, entity)).toEqual([]);
  });

  it("lets the product's roles touch nothing else", () => {
    const walled = expectedWalls(entities).map(({ table }) => table);
    expect(catalogue.grants.filter(({ table }) => !walled.includes(table))).toEqual([]);
    expect(UNWALLED_TABLES).toEqual(["_prisma_migrations"]);
  });

  it("is what the Prisma schema says: no migration is missing", async () => {
    const args = [path.join(ROOT, "node_modules/prisma/build/index.js"), "migrate", "diff", "--from-config-datasource", "--to-schema", path.join(ROOT, "prisma/schema"), "--script"];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env: { ...process.env, DATABASE_OWNER_URL: addresses.ownerUrl } });
    expect(stdout).toContain("This is an empty migration");
  });
});
