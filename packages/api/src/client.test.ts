import { AppError } from "@coder/shared";
import type { Edge } from "@coder/shared/server";
import { procedure, router } from "@coder/shared/trpc";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { startGardenEdge } from "./__fixtures__/garden-edge.ts";
import { createCoderClient, type CoderClient, type CoderClientOptions } from "./client.ts";

const gardenRouter = router({
  plant: procedure
    .meta({ permission: "garden.plant" })
    .input(z.object({ name: z.string().min(1), depth: z.number().default(2) }))
    .output(z.object({ name: z.string(), depth: z.number() }))
    .mutation(({ input }) => input),
  find: procedure
    .meta({ public: true })
    .input(z.object({ name: z.string() }))
    .output(z.object({ name: z.string() }))
    .query(({ input }) => {
      if (input.name === "mandrake") throw new AppError("not_found", "plant_not_found", "No such plant.", { remedy: "Look elsewhere.", details: { name: input.name } });
      return input;
    }),
  wait: procedure
    .meta({ public: true })
    .output(z.object({}))
    .query(async ({ signal }) => {
      await new Promise((resolve) => signal?.addEventListener("abort", resolve));
      return {};
    }),
});
const appRouter = router({ garden: gardenRouter });
type GardenRouter = typeof appRouter;

let edge: Edge;
let url: string;
let requests = 0;

const counted: NonNullable<CoderClientOptions["fetch"]> = (input, init) => {
  requests += 1;
  return fetch(input, { ...init, signal: init?.signal ?? null });
};

function client(token?: string): CoderClient<GardenRouter> {
  return createCoderClient<GardenRouter>({ url, fetch: counted, ...(token === undefined ? {} : { token }) });
}

beforeAll(async () => {
  ({ edge, url } = await startGardenEdge({ router: appRouter }));
});
afterAll(() => edge.drain(1));

describe("the public client", () => {
  it("asks and changes with the rights of its token", async () => {
    expect(await client("good").garden.plant.mutate({ name: "fern" })).toEqual({ name: "fern", depth: 2 });
    expect(await client().garden.find.query({ name: "fern" })).toEqual({ name: "fern" });
    await expect(client().garden.plant.mutate({ name: "fern" })).rejects.toThrow(expect.objectContaining({ code: "not_signed_in" }));
    await expect(client("bad").garden.find.query({ name: "fern" })).rejects.toThrow(expect.objectContaining({ code: "session_invalid" }));
  });

  it("takes the token anew for each request", async () => {
    let token: string | null = null;
    const changing = createCoderClient<GardenRouter>({ url, token: () => token });
    await expect(changing.garden.plant.mutate({ name: "fern" })).rejects.toThrow(AppError);
    token = "good";
    expect(await changing.garden.plant.mutate({ name: "fern" })).toMatchObject({ name: "fern" });
  });

  it("rejects with the error the server threw", async () => {
    const error: unknown = await client().garden.find.query({ name: "mandrake" }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ kind: "not_found", code: "plant_not_found", message: "No such plant.", remedy: "Look elsewhere.", details: { name: "mandrake" } });
    await expect(client("good").garden.plant.mutate({ name: "" })).rejects.toThrow(expect.objectContaining({ code: "invalid_input", details: { issues: [expect.objectContaining({ path: "name" })] } }));
  });

  it("sends what is asked in one moment together, and tells the answers apart", async () => {
    const one = client();
    requests = 0;
    const answers = await Promise.allSettled(["fern", "mandrake", "moss"].map((name) => one.garden.find.query({ name })));
    expect(requests).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  it("carries inputs that no address could", async () => {
    const name = "x".repeat(9_000);
    expect(await client().garden.find.query({ name })).toEqual({ name });
    await expect(client().garden.find.query({ name: "x".repeat(11_000) })).rejects.toThrow(expect.objectContaining({ code: "body_too_large" }));
  });

  it("can be cancelled", async () => {
    const giveUp = new AbortController();
    const call = client().garden.wait.query(undefined, { signal: giveUp.signal });
    giveUp.abort();
    await expect(call).rejects.toThrow(expect.objectContaining({ kind: "cancelled", code: "cancelled" }));
  });

  it("says when nobody answers", async () => {
    const lost = createCoderClient<GardenRouter>({ url: "http://127.0.0.1:1" });
    await expect(lost.garden.find.query({ name: "fern" })).rejects.toThrow(expect.objectContaining({ kind: "unavailable", code: "server_unreachable" }));
    const stranger = createCoderClient<GardenRouter>({ url, fetch: async () => new Response("<html>It works!</html>") });
    await expect(stranger.garden.find.query({ name: "fern" })).rejects.toThrow(expect.objectContaining({ code: "server_unreachable" }));
  });

  it("knows every operation of the product by its type", () => {
    expectTypeOf<CoderClient["logging"]["listEntries"]["query"]>().parameter(0).toMatchObjectType<{ limit?: unknown }>();
    expectTypeOf<Awaited<ReturnType<CoderClient["kernel"]["health"]["query"]>>["version"]>().toEqualTypeOf<string>();
    expectTypeOf<CoderClient>().not.toHaveProperty("no such module");
  });
});
