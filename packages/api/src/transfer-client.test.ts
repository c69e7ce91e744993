import { Readable } from "node:stream";
import { defineTransfer } from "@coder/shared";
import { handleTransfer, type Edge } from "@coder/shared/server";
import { router } from "@coder/shared/trpc";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { startGardenEdge } from "./__fixtures__/garden-edge.ts";
import { createTransferClient } from "./transfer-client.ts";

const putSeed = defineTransfer({ method: "PUT", path: "/garden/{bed}", permission: "garden.write", input: z.object({ bed: z.string().max(20), depth: z.number().default(2) }), output: z.object({ bed: z.string(), depth: z.number(), bytes: z.number() }) });
const getPlan = defineTransfer({ method: "GET", path: "/garden/{bed}", permission: "garden.read", input: z.object({ bed: z.string().max(20) }) });
const PLAN = Buffer.from("rows of beans");

let edge: Edge;
let url: string;
beforeAll(async () => {
  const upload = handleTransfer(putSeed, { maxBytes: () => 100, handle: async ({ input, body }) => ({ ...input, bytes: await body.reduce((bytes: number, chunk: Buffer) => bytes + chunk.length, 0) }) });
  const download = handleTransfer(getPlan, async () => ({ contentType: "text/plain", fileName: "plan.txt", content: { size: PLAN.length, read: (from, to) => Readable.from([PLAN.subarray(from, to + 1)]) } }));
  const transfers = [{ name: "garden.putSeed", definition: putSeed, binding: upload }, { name: "garden.getPlan", definition: getPlan, binding: download }];
  ({ edge, url } = await startGardenEdge({ router: router({}), transfers, apiBases: ["/api/v1/garden"] }));
});
afterAll(() => edge.drain(0));

describe("the public client's transfers", () => {
  it("send bytes in every form, and take the answer by its type", async () => {
    const client = createTransferClient({ url, token: () => "good" });
    const answer = await client.upload(putSeed, { bed: "a/b" }, new TextEncoder().encode("beans"));
    expectTypeOf(answer).toEqualTypeOf<{ bed: string; depth: number; bytes: number }>();
    expect(answer).toEqual({ bed: "a/b", depth: 2, bytes: 5 });
    expect(await client.upload(putSeed, { bed: "b", depth: 3 }, new Blob(["peas"]).stream())).toEqual({ bed: "b", depth: 3, bytes: 4 });
  });

  it("bring bytes, also from where they broke off", async () => {
    const client = createTransferClient({ url, token: "good" });
    expect(await (await client.download(getPlan, { bed: "b" })).text()).toBe("rows of beans");
    const rest = await client.download(getPlan, { bed: "b" }, { from: 8 });
    expect([rest.status, await rest.text()]).toEqual([206, "beans"]);
  });

  it("reject with the error the server answered, or that nobody answers", async () => {
    const client = createTransferClient({ url, token: "good" });
    await expect(client.upload(putSeed, { bed: "b" }, new Uint8Array(101))).rejects.toMatchObject({ name: "AppError", code: "upload_too_large", details: { maxBytes: 100 } });
    await expect(createTransferClient({ url }).download(getPlan, { bed: "b" })).rejects.toMatchObject({ name: "AppError", code: "not_signed_in" });
    await expect(createTransferClient({ url: "http://127.0.0.1:1" }).download(getPlan, { bed: "b" })).rejects.toMatchObject({ name: "AppError", code: "server_unreachable" });
    await expect(client.download(getPlan, { bed: "b" }, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AppError", code: "cancelled" });
  });
});
