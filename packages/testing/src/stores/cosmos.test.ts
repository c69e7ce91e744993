import { once } from "node:events";
import type { Server } from "node:http";
import { openCosmos, type CosmosDatabase } from "@coder/db";
import { createHttpServer } from "@vercel/cosmosdb-server";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { noteEntity } from "../contract/entities.ts";
import { laterByOwnClock } from "../contract/later.ts";
import { noteChanged } from "../contract/messages.ts";
import { effectsOf, note, somebody } from "../contract/store.ts";
import { describeRepositoryContract } from "../repository-contract.ts";
import { silentLogger } from "../silent-logger.ts";

let server: Server;
let endpoint: string;

beforeAll(async () => {
  server = createHttpServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No port was given");
  endpoint = `http://127.0.0.1:${address.port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function open(database = "contract"): Promise<CosmosDatabase> {
  return openCosmos({ endpoint, key: "ZHVtbXk=", database, cursorKey: "contract", log: silentLogger, leaseMs: 300 });
}

describeRepositoryContract(
  "Cosmos DB",
  async () => {
    const database = await open();
    return { database, outbox: database.outbox, later: laterByOwnClock, close: () => database.close() };
  },
  { ordersTextByUnit: true, writesTablesApart: true, slow: true },
);

describe("Cosmos DB", () => {
  it("keeps effects in the row's document, also when the row is deleted, and forgets both when they were handed on", async () => {
    const database = await open("documents");
    const caller = somebody();
    const store = { database, outbox: database.outbox, close: async () => {} };
    const notes = database.for(caller).repository(noteEntity);
    const row = note(caller, { slug: "s" });
    await notes.insert(row, { emit: [noteChanged.with({ id: "1" })] });
    await notes.delete(row.id, { emit: [noteChanged.with({ id: "2" })] });
    // Id and unique value are free again although something is left of the row.
    await notes.insert(row, { emit: [noteChanged.with({ id: "3" })] });
    expect((await effectsOf(store, caller)).map(({ message }) => message.payload)).toEqual(["1", "2", "3"].map((id) => ({ id })));
    await notes.delete(row.id);
    await database.outbox.markDone((await effectsOf(store, caller)).map(({ id }) => id));
    expect(await effectsOf(store, caller)).toEqual([]);
    await notes.insert(row);
    await database.close();
  });

  it("hands the lease on when its holder stops renewing it, and at once when it says so", async () => {
    const [first, second] = [await open("lease"), await open("lease")];
    const caller = somebody();
    await first.for(caller).repository(noteEntity).insert(note(caller), { emit: [noteChanged.with({ id: "1" })] });
    expect(await first.outbox.claim(10)).toHaveLength(1);
    expect(await second.outbox.claim(10)).toEqual([]);
    // The first one is silent from here on, as if it had died.
    await vi.waitFor(async () => expect(await second.outbox.claim(10)).toHaveLength(1), { timeout: 5_000 });
    expect(await first.outbox.claim(10)).toEqual([]);
    await second.close();
    expect(await first.outbox.claim(10)).toHaveLength(1);
    await first.close();
  });

  it("says when it cannot be reached", async () => {
    const database = await open("health");
    expect(await database.health()).toEqual({ status: "up" });
    await database.close();
    await expect(openCosmos({ endpoint: "http://127.0.0.1:1", key: "ZHVtbXk=", database: "x", cursorKey: "k", log: silentLogger })).rejects.toMatchObject({ code: "database_unavailable" });
  });
});
