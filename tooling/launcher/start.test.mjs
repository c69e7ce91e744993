import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { FixtureClone } from "./fixtures/clone.mjs";
import { startCluster } from "./fixtures/cluster.mjs";
import { GATEWAY } from "./fixtures/programs.mjs";
import { until } from "./fixtures/until.mjs";
import { isAlive } from "./processes.mjs";

/** @type {FixtureClone} */
let clone;
beforeAll(async () => {
  clone = await FixtureClone.create();
}, 60_000);
beforeEach(() => clone.reset(), 60_000);
afterAll(() => clone.dispose(), 60_000);

describe("npm start", { timeout: 240_000 }, () => {
  test("goes from nothing to an address, and the second time does nothing twice", async () => {
    const first = await clone.launch();
    await first.ready();
    expect(first.output).toMatch(/✓ Packages .*unchanged/);
    expect(first.output).toMatch(/✓ PostgreSQL .*new/);
    for (const line of first.output.split("\n").filter((each) => each.includes("✓"))) expect(line).toMatch(/\d+\.\d s/);
    expect(first.output).toContain(`http://localhost:${first.port}`);
    expect(await (await fetch(`${first.url}/query`)).json()).toMatchObject({ role: "coder_app" });
    expect(await first.stop()).toEqual({ code: 0, signal: null });

    const startedAt = Date.now();
    const second = await clone.launch();
    await second.ready();
    expect(Date.now() - startedAt).toBeLessThan(60_000);
    expect(second.output).toMatch(/✓ Pages .*unchanged/);
    expect(second.output).toMatch(/✓ Migrations .*nothing to migrate/);
    expect(clone.readEvents().filter((event) => event === "web built").length).toBeLessThanOrEqual(1);
    expect(await second.stop()).toEqual({ code: 0, signal: null });
  });

  test("takes over changed sources as npm run dev, says what it does not take over, and is calm", async () => {
    const run = await clone.launch({ args: ["dev"] });
    await run.ready();
    expect(run.output).not.toContain("│");
    expect(await (await fetch(`${run.url}/env`)).json()).toMatchObject({ NODE_ENV: "development" });
    expect(await (await fetch(`${run.url}/arguments`)).json()).toEqual(["--development"]);
    const entry = JSON.stringify({ level: "warn", time: "2030-01-01T00:00:00.000Z", name: "http", msg: "In words" });
    clone.write("apps/gateway/src/main.ts", `${GATEWAY.replace('"/arguments"', '"/new"')}\nconsole.log(${JSON.stringify(entry)});`);
    await until(() => fetch(`${run.url}/new`).then(({ ok }) => ok, () => false), "the gateway answers as it was changed", () => run.output);
    await run.says(/gateway +│ \d\d:\d\d:\d\d WARN http: In words\n/);
    const added = join(clone.root, "prisma/schema/more.prisma");
    clone.write("prisma/schema/more.prisma", "// More\n");
    await run.says(/prisma\/schema changed: .*npm run db:migration/);
    rmSync(added);
    expect(await run.stop()).toEqual({ code: 0, signal: null });
    expect(clone.survivors()).toEqual([]);
  });

  test("stops everything in order and leaves nothing behind", async () => {
    const run = await clone.launch();
    await run.ready();
    const { pid: grandchild } = await (await fetch(`${run.url}/fork`)).json();
    expect(isAlive(grandchild)).toBe(true);
    expect(await run.stop("SIGTERM")).toEqual({ code: 0, signal: null });
    const endings = clone.readEvents().filter((event) => /drained|ended/.test(event));
    expect(endings.slice(0, 2).sort()).toEqual(["gateway drained", "worker drained"]);
    expect(endings[2]).toBe("web ended");
    expect(readFileSync(join(clone.data, "logs/postgres.log"), "utf8")).toMatch(/received fast shutdown request[\s\S]*database system is shut down/);
    expect(clone.survivors()).toEqual([]);
    expect(isAlive(grandchild)).toBe(false);
  });

  test("starts what crashed again, and says so", async () => {
    const run = await clone.launch();
    await run.ready();
    await expect(fetch(`${run.url}/crash`)).rejects.toThrow();
    await run.says(/Gateway ended with exit code 3; it is started again in 0\.5 s \(restart 1/);
    await until(() => fetch(`${run.url}/ready`).then(({ ok }) => ok, () => false), "the gateway answers again");
    const state = () => JSON.parse(readFileSync(join(clone.data, "run/state.json"), "utf8"));
    await until(() => state().processes.every((/** @type {{ state: string }} */ each) => each.state === "ready"), "the state says ready");
    expect(state()).toMatchObject({ version: 1, address: `http://localhost:${run.port}` });
    expect(state().processes.find((/** @type {{ name: string }} */ each) => each.name === "gateway")).toMatchObject({ restarts: 1, lastExit: { code: 3, reason: "ended with exit code 3" } });
  });

  test("starts a killed PostgreSQL again on the same port", async () => {
    const run = await clone.launch();
    await run.ready();
    const before = await (await fetch(`${run.url}/query`)).json();
    const state = JSON.parse(readFileSync(join(clone.data, "run/state.json"), "utf8"));
    process.kill(state.processes.find((/** @type {{ name: string }} */ each) => each.name === "PostgreSQL").pid, "SIGKILL");
    await run.says(/PostgreSQL was ended by SIGKILL; it is started again/);
    await until(() => fetch(`${run.url}/query`).then(async (response) => response.ok && (await response.json()).since !== before.since, () => false), "the gateway reaches the database again");
  });

  test("refuses a data directory in use, with the pid and what to do", async () => {
    const first = await clone.launch();
    await first.ready();
    const second = await clone.launch();
    expect((await second.ended).code).toBe(1);
    expect(second.output).toContain(`is in use by process ${first.child.pid} (npm run start), which serves http://localhost:${first.port}`);
    expect(second.output).toContain(`kill ${first.child.pid}`);
    expect(await (await fetch(`${first.url}/ready`)).json()).toEqual({});
  });

  test("names a held port and the way out", async () => {
    const first = await clone.launch();
    await first.ready();
    const second = await clone.launch({ env: { PORT: String(first.port), CODER_DATA: join(clone.root, "other-data") } });
    expect((await second.ended).code).toBe(1);
    expect(second.output).toContain(`Port ${first.port} on 127.0.0.1 is held by another program`);
    expect(second.output).toContain(`PORT=${first.port + 1} npm start`);
  });

  test("gives PostgreSQL another port where its own of the last start is the product's now", async () => {
    const first = await clone.launch();
    await first.ready();
    await first.stop();
    const port = readFileSync(join(clone.data, "postgres.port"), "utf8").trim();
    const second = await clone.launch({ env: { PORT: port } });
    await second.ready();
    expect(await (await fetch(`${second.url}/query`)).json()).toMatchObject({ role: "coder_app" });
    expect(readFileSync(join(clone.data, "postgres.port"), "utf8").trim()).not.toBe(port);
  });

  test("keeps secrets to itself: files for the owner only, none for the pages", async () => {
    // Of a name that nobody could have listed.
    const invented = { TOAST_OF_THE_DAY: `marmalade-${Date.now()}` };
    const run = await clone.launch({ env: { ...invented, TZ: "Asia/Tokyo" } });
    await run.ready();
    const env = await (await fetch(`${run.url}/env`)).json();
    expect(env).toMatchObject(invented);
    expect(env.SESSION_SECRET).toHaveLength(43);
    expect(env.SERVICE_TOKEN_SECRET).not.toBe(env.SESSION_SECRET);
    expect(env.DATABASE_OWNER_URL).toBeUndefined();
    const web = await (await fetch(env.WEB_URL)).json();
    expect(web).toMatchObject({ PATH: expect.any(String), TZ: "Asia/Tokyo", NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" });
    expect(JSON.stringify(web)).not.toContain(invented.TOAST_OF_THE_DAY);
    const secrets = ["postgres-owner", "postgres-app", "postgres-system", "session", "service-token", "setup-code"].map((name) => join(clone.data, "secrets", name));
    for (const file of secrets) {
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(JSON.stringify(web)).not.toContain(readFileSync(file, "utf8").trim());
    }
    expect(statSync(clone.data).mode & 0o777).toBe(0o700);
  });

  test("asks for a one-time code where others can come in, until the first account is there", async () => {
    const open = await clone.launch({ env: { HOST: "0.0.0.0" } });
    await open.says(/The first account needs this code: {2}[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}/);
    const code = /this code: {2}(\S+)/.exec(open.output)?.[1];
    expect((await (await fetch(`${open.url}/env`)).json()).SETUP_CODE).toBe(code);
    await open.stop();
    const claimed = await clone.launch({ env: { HOST: "0.0.0.0", CLAIMED: "yes" } });
    await claimed.says("Ctrl-C stops it");
    expect(claimed.output).not.toContain("needs this code");
  });

  test("asks for it behind a proxy as well, where it listens on this machine alone", async () => {
    const open = await clone.launch({ env: { PUBLIC_URL: "https://ide.example.com" } });
    await open.says(/The first account needs this code: {2}[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}/);
    expect((await (await fetch(`${open.url}/env`)).json()).SETUP_CODE).toBe(/this code: {2}(\S+)/.exec(open.output)?.[1]);
  });

  test("has a module beside it that does not want its port, and takes one that was meant for it", async () => {
    clone.write("apps/gateway/src/module.ts", "console.log(JSON.stringify({ port: process.env.PORT ?? null, gateway: process.env.GATEWAY_URL }));");
    const run = await clone.launch();
    await run.ready();
    const module = async (/** @type {number} */ port) => {
      const beside = await clone.launch({ args: ["module", "logging"], env: { PORT: String(port) } });
      expect(await beside.ended).toEqual({ code: 0, signal: null });
      return JSON.parse(beside.output);
    };
    expect(await module(run.port)).toEqual({ port: null, gateway: run.url });
    expect(await module(run.port + 1)).toEqual({ port: String(run.port + 1), gateway: run.url });
    expect(await run.stop()).toEqual({ code: 0, signal: null });
  });

  test("ends at once at the second Ctrl-C", async () => {
    clone.write("apps/worker/src/main.ts", `process.send({ type: "ready" }); process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);`);
    const run = await clone.launch();
    await run.ready();
    const stopped = run.stop();
    await until(() => clone.readEvents().includes("gateway drained"), "the gateway is gone");
    const secondAt = Date.now();
    run.child.kill("SIGINT");
    await stopped;
    expect(Date.now() - secondAt).toBeLessThan(20_000);
    expect(clone.survivors()).toEqual([]);
  });

  test("gives up on a program that cannot start, with its last lines", async () => {
    clone.write("apps/gateway/src/main.ts", `console.error("the key is missing"); process.exit(1);`);
    const run = await clone.launch();
    expect((await run.ended).code).toBe(1);
    expect(run.output).toContain("Gateway does not start: it ended with exit code 1, 3 times in a row.");
    expect(run.output).toContain("the key is missing");
    expect(clone.survivors()).toEqual([]);
  });
});

describe("a PostgreSQL server of the operator's own", { timeout: 240_000 }, () => {
  test("gets roles named after the database, and no server of ours is started", async () => {
    const server = await startCluster();
    try {
      const url = new URL(server.ownerUrl);
      url.pathname = "/prod";
      const run = await clone.launch({ env: { DATABASE_URL: url.toString() } });
      await run.ready();
      expect(run.output).toContain(`the server at ${url.host}`);
      expect(await (await fetch(`${run.url}/query`)).json()).toMatchObject({ role: "prod_app" });
      expect(existsSync(join(clone.data, "postgres"))).toBe(false);
      const { DATABASE_URL, DATABASE_SYSTEM_URL } = await (await fetch(`${run.url}/env`)).json();
      expect(new URL(DATABASE_SYSTEM_URL).username).toBe("prod_system");
      await run.stop();
      const operators = await clone.launch({ env: { DATABASE_URL, DATABASE_SYSTEM_URL } });
      await operators.ready();
      expect(operators.output).toContain("left to the operator");
      await operators.stop();
    } finally {
      await server.stop();
      server.remove();
    }
  });

  test("that cannot be reached is named with what to check", async () => {
    const run = await clone.launch({ env: { DATABASE_URL: "postgresql://owner:secret@127.0.0.1:1/prod" } });
    expect((await run.ended).code).toBe(1);
    expect(run.output).toContain("PostgreSQL at 127.0.0.1:1/prod cannot be reached");
    expect(run.output).not.toContain("secret");
  });
});

describe("a backup", { timeout: 240_000 }, () => {
  test("is refused where the rows are not in PostgreSQL, and names what it leaves in Redis", async () => {
    const file = join(clone.root, `backup-${Date.now()}.tar.gz`);
    const refused = await clone.launch({ args: ["backup", file], env: { DATABASE_PROVIDER: "cosmos", COSMOS_ENDPOINT: "https://127.0.0.1:1", COSMOS_KEY: "a2V5" } });
    expect((await refused.ended).code).toBe(1);
    expect(refused.output).toMatch(/not in PostgreSQL \(DATABASE_PROVIDER=cosmos\)[\s\S]*backups of Cosmos DB/);
    expect(existsSync(file)).toBe(false);
    clone.write("prisma/migrations/1_first/migration.sql", "create table first (x int);");
    const made = await clone.launch({ args: ["backup", file], env: { REDIS_URL: "redis://127.0.0.1:1" } });
    expect((await made.ended).code).toBe(0);
    expect(made.output).toMatch(/Not in it: Jobs and events that wait in Redis/);
    expect(existsSync(file)).toBe(true);
  });
});

describe("an upgrade", { timeout: 240_000 }, () => {
  test("that fails names the migration and leaves the version before startable", async () => {
    clone.write("prisma/migrations/1_first/migration.sql", "create table first (x int);");
    const before = await clone.launch();
    await before.ready();
    expect(before.output).toMatch(/✓ Migrations .*1 migration applied/);
    await before.stop();
    const migration = "prisma/migrations/2_fails/migration.sql";
    clone.write(migration, "alter table nobody add column x int;");
    const upgraded = await clone.launch();
    expect((await upgraded.ended).code).toBe(1);
    expect(upgraded.output).toContain("A migration failed. The database was left as it was");
    expect(upgraded.output).toContain("2_fails");
    expect(clone.survivors()).toEqual([]);

    rmSync(join(clone.root, "prisma/migrations/2_fails"), { recursive: true });
    const again = await clone.launch();
    await again.ready();
    expect(again.output).toMatch(/✓ Migrations .*nothing to migrate/);
  });
});
