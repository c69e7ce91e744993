import { expectedWalls, openPostgres, readCatalogue, tableFaults, wallFaults } from "@coder/db";
import { newId } from "@coder/shared/server";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONTRACT_ENTITIES, noteEntity, preferenceEntity } from "../contract/entities.ts";
import { noteChanged } from "../contract/messages.ts";
import { note, somebody } from "../contract/store.ts";
import { silentLogger } from "../silent-logger.ts";
import { openContractStore, type PostgresContractStore } from "./open-contract-store.ts";

let store: PostgresContractStore;
const [owner, stranger] = [somebody(), somebody()];
const row = note(owner);

beforeAll(async () => {
  store = await openContractStore();
  await store.database.for(owner).repository(noteEntity).insert(row, { emit: [noteChanged.with({ id: row.id })], once: newId() });
  await store.database.for(owner).repository(preferenceEntity).insert({ id: newId(), userId: owner.userId, name: "theme", value: "dark" });
});
afterAll(() => store.close());

/** Around the repository: what the database itself lets a role do. */
async function as<Result>(url: string, settings: Readonly<Record<string, string>>, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("begin");
    for (const [name, value] of Object.entries(settings)) await client.query("select set_config($1, $2, true)", [name, value]);
    const result = await work(client);
    await client.query("commit");
    return result;
  } finally {
    await client.end();
  }
}
const countOf = (table: string) => async (client: pg.Client) => Number((await client.query(`select count(*) as n from ${table}`)).rows[0].n);

describe("row-level security", () => {
  it("shows nothing to a query without a tenant", async () => {
    for (const table of ["contract_notes", "contract_preferences"]) expect(await as(store.addresses.url, {}, countOf(table))).toBe(0);
    expect(await as(store.addresses.systemUrl, {}, countOf("contract_notes"))).toBe(0);
    expect(await as(store.addresses.systemUrl, { "app.reason": "curiosity" }, countOf("contract_notes"))).toBe(0);
  });

  it("shows each tenant its own rows, and listed work all of them", async () => {
    const { url, systemUrl } = store.addresses;
    expect(await as(url, { "app.organization": owner.organizationId }, countOf("contract_notes"))).toBe(1);
    expect(await as(url, { "app.organization": stranger.organizationId }, countOf("contract_notes"))).toBe(0);
    expect(await as(url, { "app.user": owner.userId }, countOf("contract_preferences"))).toBe(1);
    expect(await as(url, { "app.user": owner.userId }, countOf("contract_notes"))).toBe(0);
    expect(await as(systemUrl, { "app.reason": "retention" }, countOf("contract_notes"))).toBe(1);
    // A tenant's connection gains nothing by claiming a reason.
    expect(await as(url, { "app.reason": "retention" }, countOf("contract_notes"))).toBe(0);
  });

  it("refuses writes for another tenant, even past the repository", async () => {
    const settings = { "app.organization": stranger.organizationId };
    const insert = "insert into contract_notes (id, organization_id, title, status, amount, ratio, size, done, created_at, details, etag) values ($1, $2, '', 'open', 0, 0, 0, false, now(), '{}', '')";
    await expect(as(store.addresses.url, settings, (client) => client.query(insert, [newId(), owner.organizationId]))).rejects.toMatchObject({ code: "42501" });
    const changed = await as(store.addresses.url, settings, async (client) => (await client.query("update contract_notes set title = 'stolen'")).rowCount);
    const deleted = await as(store.addresses.url, settings, async (client) => (await client.query("delete from contract_notes")).rowCount);
    expect([changed, deleted]).toEqual([0, 0]);
  });

  it("lets nobody but the relay read effects, and nobody leave one in another's name", async () => {
    const { url, systemUrl } = store.addresses;
    const settings = { "app.organization": stranger.organizationId };
    await expect(as(url, settings, countOf("kernel_outbox"))).rejects.toMatchObject({ code: "42501" });
    expect(await as(systemUrl, { "app.reason": "outbox-relay" }, countOf("kernel_outbox"))).toBe(1);
    const insert = "insert into kernel_outbox (id, message, caller) values ($1, '{}', $2)";
    await expect(as(url, settings, (client) => client.query(insert, [newId(), owner]))).rejects.toMatchObject({ code: "42501" });
    await as(url, settings, (client) => client.query(insert, [newId(), stranger]));
    expect(await as(url, settings, countOf("kernel_once_keys"))).toBe(0);
    expect(await as(url, { "app.organization": owner.organizationId }, countOf("kernel_once_keys"))).toBe(1);
  });

  it("leaves no tenant on a connection that goes back to the pool, not even after an error", async () => {
    const small = await openContractStore({ poolSize: 2 });
    try {
      const notes = small.database.for(owner).repository(noteEntity);
      await notes.insert(row);
      await expect(notes.insert(row)).rejects.toMatchObject({ code: "already_exists" });
      for (let turn = 0; turn < 5; turn += 1) expect(await small.database.for(stranger).repository(noteEntity).count({})).toBe(0);
      expect(await notes.count({})).toBe(1);
    } finally {
      await small.close();
    }
  });
});

describe("the catalogue", () => {
  it("agrees with the descriptors, and any difference is named", async () => {
    const client = new pg.Client({ connectionString: store.addresses.ownerUrl });
    await client.connect();
    try {
      const walls = expectedWalls(CONTRACT_ENTITIES);
      const faults = async () => [...wallFaults(await readCatalogue(client), walls)].map(([table, found]) => `${table}: ${found.join("; ")}`);
      expect(await faults()).toEqual([]);
      for (const entity of CONTRACT_ENTITIES) expect(tableFaults(await readCatalogue(client), entity)).toEqual([]);
      const mistakes = [
        ["alter table contract_notes disable row level security", /contract_notes: row-level security is off/],
        ["alter table contract_notes no force row level security", /contract_notes: row-level security is not forced/],
        ["drop policy tenant_rows on contract_notes", /contract_notes: policy is missing: tenant_rows/],
        ["create policy open_door on contract_notes to coder_app using (true)", /contract_notes: policy nobody declared: open_door/],
        ["grant select on contract_settings to coder_app", /contract_settings: privilege nobody declared: coder_app SELECT/],
        ["grant truncate on contract_notes to public", /contract_notes: privilege nobody declared: public TRUNCATE/],
        ["create table contract_forgotten (id text primary key)", /contract_forgotten: no entity descriptor/],
      ] as const;
      for (const [mistake, expected] of mistakes) {
        await client.query("begin");
        await client.query(mistake);
        expect((await faults()).join("\n")).toMatch(expected);
        await client.query("rollback");
      }
      const wrongTable = async (change: string) => {
        await client.query(`begin; ${change}`);
        const found = tableFaults(await readCatalogue(client), noteEntity);
        await client.query("rollback");
        return found.join("\n");
      };
      expect(await wrongTable("alter table contract_notes drop column title")).toContain("there is no column title");
      expect(await wrongTable("alter table contract_notes alter amount type text")).toContain("amount needs int");
      expect(await wrongTable("alter table contract_notes alter title drop not null")).toContain("title is nullable");
      expect(await wrongTable("alter table contract_notes add surprise text not null default ''; alter table contract_notes alter surprise drop default")).toContain("surprise is no field");
      expect(await wrongTable("drop index contract_notes_organization_id_slug_key")).toContain("no unique index on slug");
      expect(await wrongTable("create unique index extra on contract_notes (title)")).toContain("does not name the unique index extra");
      expect(await wrongTable("drop index contract_notes_organization_id_created_at_idx")).toContain("no index begins with createdAt");
    } finally {
      await client.end();
    }
  });
});

describe("opening the database", () => {
  it("refuses every role that row-level security would not bind", async () => {
    const { url, systemUrl, ownerUrl } = store.addresses;
    const open = (options: object) => openPostgres({ url, systemUrl, poolSize: 2, cursorKey: "k", log: silentLogger, ...options });
    await expect(open({ url: ownerUrl })).rejects.toMatchObject({ code: "database_role_unsafe", message: expect.stringContaining("superuser") });
    await expect(open({ systemUrl: ownerUrl })).rejects.toMatchObject({ code: "database_role_unsafe" });
    await expect(open({ url: systemUrl })).rejects.toMatchObject({ message: expect.stringContaining("no member of coder_app") });
    await expect(open({ systemUrl: url })).rejects.toMatchObject({ message: expect.stringContaining("no member of coder_system") });
    const client = new pg.Client({ connectionString: ownerUrl });
    await client.connect();
    const login = `test_${newId().replaceAll("-", "")}`;
    const as = (role: string): string => Object.assign(new URL(url), { username: role }).toString();
    const password = new URL(url).password;
    try {
      await client.query(`create role ${login} login bypassrls password '${password}' in role coder_app`);
      await expect(open({ url: as(login) })).rejects.toMatchObject({ message: expect.stringContaining("BYPASSRLS") });
      await client.query(`alter role ${login} nobypassrls`);
      await client.query(`grant coder_system to ${login}`);
      await expect(open({ url: as(login) })).rejects.toMatchObject({ message: expect.stringContaining("member of coder_system") });
      await client.query(`revoke coder_system from ${login}; create table owned (id text); alter table owned owner to ${login}`);
      await expect(open({ url: as(login) })).rejects.toMatchObject({ message: expect.stringContaining("owns tables") });
      await client.query("drop table owned");
      const opened = await open({ url: as(login) });
      await opened.close();
    } finally {
      await client.query(`drop table if exists owned; drop role ${login}`);
      await client.end();
    }
  });
});

describe("cross-tenant work", () => {
  it("is counted by its reason", async () => {
    store.database.system("retention");
    store.database.system("retention");
    store.database.system("audit");
    expect(Object.fromEntries(store.database.systemWork.uses)).toEqual({ retention: 2, audit: 1 });
  });
});
