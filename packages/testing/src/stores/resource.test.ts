import { once } from "node:events";
import { databaseResource } from "@coder/db";
import { loadConfig } from "@coder/shared/server";
import { createHttpServer } from "@vercel/cosmosdb-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noteEntity } from "../contract/entities.ts";
import { note, somebody } from "../contract/store.ts";
import { createTestDatabase, type TestDatabase } from "../postgres/test-database.ts";
import { silentLogger } from "../silent-logger.ts";

let addresses: TestDatabase;
beforeAll(async () => {
  addresses = await createTestDatabase();
});
afterAll(() => addresses.drop());

/** Opens it as a host does, from the environment. */
async function open(variables: Readonly<Record<string, string>>) {
  const env = { SESSION_SECRET: "s".repeat(32), SERVICE_TOKEN_SECRET: "t".repeat(32), ...variables };
  const config = await loadConfig({ modules: [], env, operatorFile: null });
  return databaseResource.open({ config: config.kernel, live: config.liveKernel, noteCrossTenantWork: () => {}, log: silentLogger });
}

describe("the database as modules get it", () => {
  it("is memory when the settings say so, and says that nothing is kept", async () => {
    const { value, health, outbox, close } = await open({ DATABASE_PROVIDER: "memory" });
    const caller = somebody();
    await value.for(caller).repository(noteEntity).insert(note(caller));
    expect(await health()).toMatchObject({ status: "degraded", remedy: expect.stringContaining("postgresql") });
    expect(await outbox?.claim(1)).toEqual([]);
    await close();
  });

  it("is PostgreSQL with both roles, and closes its connections", async () => {
    const { health, close } = await open({ DATABASE_URL: addresses.url, DATABASE_SYSTEM_URL: addresses.systemUrl });
    expect(await health()).toMatchObject({ status: "up" });
    await close();
    expect(await health()).toMatchObject({ status: "down" });
  });

  it("is Cosmos DB", async () => {
    const server = createHttpServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("No port was given");
    const { value, health, close } = await open({ DATABASE_PROVIDER: "cosmos", COSMOS_ENDPOINT: `http://127.0.0.1:${address.port}`, COSMOS_KEY: "ZHVtbXk=" });
    const caller = somebody();
    await value.for(caller).repository(noteEntity).insert(note(caller));
    expect(await health()).toMatchObject({ status: "up" });
    await close();
    server.closeAllConnections();
    server.close();
  });

  it("names what is not set", async () => {
    await expect(open({})).rejects.toMatchObject({ code: "database_not_configured", remedy: expect.stringContaining("DATABASE_URL") });
    await expect(open({ DATABASE_PROVIDER: "cosmos" })).rejects.toMatchObject({ code: "database_not_configured", remedy: expect.stringContaining("COSMOS_ENDPOINT") });
  });
});
