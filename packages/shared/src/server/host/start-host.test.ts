import { writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { ANONYMOUS, systemCaller } from "../../caller.ts";
import { procedure, router } from "../../trpc/procedure.ts";
import { clientRef, serviceRef } from "../../trpc/service-ref.ts";
import { KERNEL_ENV, temporaryDirectory, writeFile } from "../config/__fixtures__/garden.ts";
import { defineModule, defineResource, type AnyModule } from "../module.ts";
import { startHost, type Host, type StartHostOptions } from "./start-host.ts";

interface IDepot {
  take(count: number): number;
}
const depotRef = serviceRef<IDepot>("depot");
const depotRouter = router({
  take: procedure
    .meta({ audience: "internal" })
    .input(z.object({ count: z.number().int().min(1) }))
    .output(z.object({ left: z.number(), by: z.string() }))
    .mutation(({ ctx, input }) => ({ left: ctx.service(depotRef).take(input.count), by: ctx.caller.kind })),
});
const depotClient = clientRef<typeof depotRouter>("depot");

interface IKiosk {
  sell(): Promise<number>;
}
const kioskRef = serviceRef<IKiosk>("kiosk");
const kioskRouter = router({
  sell: procedure
    .meta({ public: true, openapi: { method: "POST", path: "/kiosk/sales", tags: ["kiosk"] } })
    .output(z.object({ left: z.number() }))
    .mutation(async ({ ctx }) => ({ left: await ctx.service(kioskRef).sell() })),
});

describe("a host", () => {
  let told: string[];
  let directory: string;
  let hosts: Host[];
  beforeEach(() => {
    told = [];
    hosts = [];
    directory = temporaryDirectory();
  });
  afterEach(async () => {
    for (const host of hosts) await host.stop();
  });

  const store = defineResource({
    name: "store",
    open: async () => {
      told.push("store opens");
      const shelf = { stock: 10 };
      return { value: shelf, health: async () => (shelf.stock > 0 ? { status: "up" } : { status: "degraded", message: "Sold out." }), close: async () => void told.push("store closes") };
    },
  });
  const part = (name: string) => ({ start: async () => void told.push(`${name} starts`), stop: async () => void told.push(`${name} stops`) });
  /** Nobody listens on these ports: PORT outranks them. */
  const manifest = <Name extends string>(name: Name, port: number) => ({
    name, description: name, port, permissions: {}, tablePrefix: `${name}_` as const, entities: [],
    config: { schema: z.strictObject({ price: z.number().meta({ description: "Of one" }) }), defaults: pathToFileURL(writeFile("default.yaml", "price: 1\n")) },
  });
  const depot = (more: Partial<AnyModule> = {}): AnyModule => ({
    ...defineModule({
      ...manifest("depot", 1), apiBase: ["/api/v1/depot"], service: depotRef, router: depotRouter, needs: [], resources: { shelf: store },
      setup: ({ resources: { shelf } }) => ({ service: { take: (count: number) => (shelf.stock -= count) }, ...part("depot") }),
    }),
    ...more,
  });
  const kiosk = (needs: readonly string[] = ["depot", "planning"]): AnyModule =>
    defineModule({
      ...manifest("kiosk", 2), apiBase: ["/api/v1/kiosk"], service: kioskRef, router: kioskRouter, needs, resources: {},
      setup: ({ client }) => {
        const stock = client(depotClient);
        return { service: { sell: async () => (await stock(systemCaller("kiosk")).take({ count: 4 })).left }, ...part("kiosk") };
      },
    });
  const begin = async ({ modules, only, env = {} }: Pick<StartHostOptions, "modules" | "only" | "env">): Promise<Host> => {
    const host = await startHost({ modules, roles: ["http"], env: { ...KERNEL_ENV, CODER_DATA: directory, DATABASE_PROVIDER: "memory", PORT: "0", LOG_LEVEL: "error", ...env }, ...(only ? { only } : {}) });
    hosts.push(host);
    return host;
  };
  const sell = (host: Host) => fetch(`${host.url}/api/v1/kiosk/sales`, { method: "POST" });

  it("opens what modules stand on, starts them, serves them, and ends all in reverse, once", async () => {
    const host = await begin({ modules: [depot(), kiosk()] });
    expect(told).toEqual(["store opens", "depot starts", "kiosk starts"]);
    expect(await (await sell(host)).json()).toEqual({ left: 6 });
    await Promise.all([host.stop(), host.stop()]);
    expect(told.slice(3)).toEqual(["kiosk stops", "depot stops", "store closes"]);
    await expect(sell(host)).rejects.toThrow();
  });

  it("says how its parts are, and which that others would use are not there", async () => {
    const host = await begin({ modules: [depot(), kiosk()] });
    const find = async (name: string) => (await host.health()).modules.find((each) => each.name === name);
    expect(await find("depot")).toMatchObject({ where: "here", neededBy: ["kiosk"], status: "up" });
    expect(await find("planning")).toMatchObject({ where: "absent", neededBy: ["kiosk"], message: "Optional: kiosk would use it." });
    for (let sale = 0; sale < 3; sale += 1) await sell(host);
    const { status, resources } = await host.health();
    expect([status, resources.find(({ name }) => name === "store")]).toEqual(["degraded", { name: "store", status: "degraded", message: "Sold out." }]);
  });

  it("reaches a module in another process, and the caller goes with the call", async () => {
    const other = await begin({ modules: [depot(), kiosk()], only: ["depot"], env: { GATEWAY_URL: "http://127.0.0.1:9" } });
    writeFileSync(path.join(directory, "coder.yaml"), `services:\n  depot:\n    url: ${other.url}\n`);
    const host = await begin({ modules: [depot(), kiosk()] });
    expect(told.filter((line) => line === "store opens")).toHaveLength(1);
    expect(await (await sell(host)).json()).toEqual({ left: 6 });
    expect(await host.client(depotClient)(ANONYMOUS).take({ count: 1 }).catch((error: unknown) => error)).toMatchObject({ left: 5, by: "anonymous" });
    expect((await host.health()).modules.find(({ name }) => name === "depot")).toMatchObject({ where: "elsewhere", status: "up" });
    await other.stop();
    expect((await host.health()).modules.find(({ name }) => name === "depot")).toMatchObject({ where: "elsewhere", status: "down" });
    expect((await sell(host)).status).toBe(503);
  });

  it("closes again what it opened when a part does not start, and says why", async () => {
    const broken = depot({
      setup: () => {
        throw new Error("The depot is locked");
      },
    });
    await expect(begin({ modules: [broken] })).rejects.toThrow("The depot is locked");
    expect(told).toEqual(["store opens", "store closes"]);
  });

  it("refuses modules that it does not know, that are there twice, or that call whom they do not need", async () => {
    await expect(begin({ modules: [depot()], only: ["dept"] })).rejects.toMatchObject({ code: "module_unknown", remedy: expect.stringContaining("depot") });
    await expect(begin({ modules: [depot(), depot()] })).rejects.toThrow();
    await expect(begin({ modules: [depot(), { ...kiosk(), apiBase: ["/api/v1/depot"] }] })).rejects.toThrow("API base: /api/v1/depot");
    await expect(begin({ modules: [depot(), kiosk([])] })).rejects.toThrow("kiosk calls depot and does not name it");
    expect(told.filter((line) => line.endsWith("starts"))).toEqual([]);
  });

  it("has each duty of the kernel done by one module at most", async () => {
    const ports = { permissions: () => ({ allows: async () => true }) };
    await expect(begin({ modules: [depot({ ports }), { ...kiosk(), ports }] })).rejects.toThrow("Only one module may provide permissions: depot, kiosk");
  });
});
