import pg from "pg";
import { describe, expect, it } from "vitest";
import { ConnectionCache } from "./connection-cache.ts";
import type { PrismaConnection, PrismaModule } from "./prisma-module.ts";

const scope = (organization: string) => ({ organization, user: "", reason: "" });

function cacheOf(size: number): { cache: ConnectionCache; made: () => number; closed: () => number } {
  let [made, closed] = [0, 0];
  const connection: PrismaConnection = {
    delegate: () => expect.fail("nothing is asked here"),
    disconnect: async () => void (closed += 1),
  };
  const prisma: PrismaModule = {
    nulls: { DbNull: null, JsonNull: null, AnyNull: null },
    connect: () => {
      made += 1;
      return { ...connection };
    },
  };
  return { cache: new ConnectionCache({ pool: new pg.Pool(), prisma, size }), made: () => made, closed: () => closed };
}

describe("the clients kept ready", () => {
  it("are one per tenant, and the least recently used goes first", async () => {
    const { cache, made, closed } = cacheOf(2);
    const use = (organization: string) => cache.use(scope(organization), async (connection) => connection);
    const first = await use("a");
    await use("b");
    expect(await use("a")).toBe(first);
    await use("c");
    expect([cache.size, made(), closed()]).toEqual([2, 3, 1]);
    expect(await use("a")).toBe(first);
    await use("b");
    expect([made(), closed()]).toEqual([4, 2]);
  });

  it("are not closed under a statement that still runs", async () => {
    const { cache, closed } = cacheOf(1);
    const running = Promise.withResolvers<void>();
    const work = cache.use(scope("a"), () => running.promise);
    await cache.use(scope("b"), async () => {});
    expect(closed()).toBe(0);
    running.resolve();
    await work;
    expect(closed()).toBe(1);
    await cache.close();
    expect([cache.size, closed()]).toEqual([0, 2]);
  });
});
