import { once } from "node:events";
import { createServer } from "node:http";
import { AppError } from "@coder/shared";
import { handleTransfer, type TransferBinding } from "@coder/shared/server";
import { procedure, router, streamOf } from "@coder/shared/trpc";
import type { AnyRouter } from "@trpc/server";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { getCover, holds, libraryRouter, libraryTransfers, putCover, startLibrary } from "./__fixtures__/library.ts";
import { checkApiContract } from "./api-contract.ts";
import type { ContractRole } from "./api/contract-role.ts";

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const roles: readonly ContractRole[] = ["librarian", "reader"].map((name) => ({ name, signIn: async () => name, holds: (permission) => holds(name, permission) }));

async function check(library: AnyRouter, as = roles, transfers = libraryTransfers) {
  const { edge, url } = await startLibrary(library, transfers);
  open.push(() => edge.drain(1));
  return checkApiContract({ url, roles: as });
}

function broken(name: string, faulty: AnyRouter["_def"]["procedures"][string]): AnyRouter {
  return router({ ...libraryRouter._def.procedures, [name]: faulty });
}

describe("checkApiContract", () => {
  it("finds nothing where all is as documented, and asks a lot", async () => {
    const report = await check(libraryRouter);
    expect(report).toMatchObject({ operations: 8, limited: 0, neverSucceeded: ["library.read"], findings: [] });
    expect(report.requests).toBeGreaterThan(80);
  });

  it("finds a failure of ours", async () => {
    const faulty = procedure.meta({ public: true, openapi: { method: "GET", path: "/books/hours" } }).output(z.object({})).query(() => {
      throw new Error("broken");
    });
    expect((await check(broken("hours", faulty))).findings).toContainEqual(expect.stringContaining("library.hours (GET /books/hours), nobody, a valid request: failed with 500"));
  });

  it("finds a text that somebody stumbles over", async () => {
    const faulty = procedure.meta({ public: true, openapi: { method: "POST", path: "/books/echo" } }).input(z.object({ text: z.string() })).output(z.object({})).mutation(({ input }) => {
      if (input.text.includes("drop table")) throw new Error("syntax error");
      return {};
    });
    expect((await check(broken("echo", faulty))).findings).toContainEqual(expect.stringMatching(/library\.echo .*drop table.*failed with 500/));
  });

  it("finds an undocumented status", async () => {
    const faulty = procedure.meta({ public: true, openapi: { method: "GET", path: "/books/hours" } }).output(z.object({})).query(() => {
      throw new AppError("stale", "closed", "Closed.", { remedy: "Come back." });
    });
    expect((await check(broken("hours", faulty))).findings).toContainEqual(expect.stringContaining("answered 412, which is not documented"));
  });

  it("finds a door that is open to the wrong role", async () => {
    const strict = roles.map((role) => ({ ...role, holds: (permission: string) => role.name === "librarian" && role.holds(permission) }));
    expect((await check(libraryRouter, strict)).findings).toContainEqual(expect.stringMatching(/library\.list .*, reader, any request: answered 200 instead of 403/));
  });

  it("finds an upload whose answer is not as documented, and one that fails", async () => {
    const lies = handleTransfer({ ...putCover, output: z.any() }, { maxBytes: () => 1_000, handle: async () => ({ bytes: "many" }) });
    const breaks = handleTransfer(putCover, { maxBytes: () => 1_000, handle: async () => Promise.reject(new Error("The disk has gone")) });
    // What is published stays as it was.
    const [, download] = libraryTransfers;
    const withUpload = (upload: TransferBinding) => check(libraryRouter, roles, [{ definition: putCover, run: upload.run }, ...(download ? [download] : [])]);
    expect((await withUpload(lies)).findings).toContainEqual(expect.stringMatching(/library\.putCover .*not as documented: body\/bytes must be number/));
    expect((await withUpload(breaks)).findings).toContainEqual(expect.stringContaining("library.putCover (PUT /books/{id}/cover), librarian, a valid request: failed with 500"));
  });

  it("finds a download that breaks on a range", async () => {
    const broken = handleTransfer(getCover, async () => ({ contentType: "image/png", fileName: "x", content: { size: 4, read: () => { throw new Error("Cannot seek"); } } }));
    expect((await check(libraryRouter, roles, [broken])).findings).toContainEqual(expect.stringMatching(/library\.getCover .*, the range bytes=0-0: the answer broke off/));
  });

  it.each([
    ["fails", procedure.meta({ permission: "library.book.read" }).input(z.object({})).output(streamOf(z.object({}))).subscription(() => { throw new Error("broken"); }), /library\.follow \(live\), librarian, a valid input: failed with 500/],
    ["is open to everybody", procedure.meta({ permission: "library.secret.read" }).input(z.object({})).output(streamOf(z.object({}))).subscription(async function* () { yield {}; }), /library\.follow: none of the roles holds library\.secret\.read/],
    ["stumbles over a text", procedure.meta({ permission: "library.book.read" }).input(z.object({ text: z.string().max(50) })).output(streamOf(z.object({}))).subscription(async function* ({ input }) {
      if (input.text.includes("drop table")) throw new Error("syntax error");
      yield {};
    }), /library\.follow \(live\), librarian, texts like .*drop table.*: failed with 500/],
  ])("finds a live stream that %s", async (_what, faulty, finding) => {
    expect((await check(broken("follow", faulty))).findings).toContainEqual(expect.stringMatching(finding));
  });

  it("finds a live stream that is open to the wrong role", async () => {
    const strict = roles.map((role) => ({ ...role, holds: (permission: string) => role.name === "librarian" && role.holds(permission) }));
    expect((await check(libraryRouter, strict)).findings).toContainEqual("library.follow (live), reader: was let in instead of 403");
  });

  it("finds an operation that nobody's role reaches", async () => {
    const weak = roles.filter(({ name }) => name === "reader");
    expect((await check(libraryRouter, weak)).findings).toContainEqual(expect.stringContaining("library.add: none of the roles holds library.book.write"));
  });

  it.each([
    ["takes what its document forbids", "POST /api/v1/books", 200, { id: crypto.randomUUID(), title: "x", year: 1, kind: "novel" }, /library\.add .*: answered 200 instead of 400/],
    ["answers what its document does not say", "GET /api/v1/books", 200, { items: [{ id: 1 }], nextCursor: null }, /library\.list .*not as documented: body\/items\/0/],
    ["does not ask who is there", "GET /api/v1/books", 200, { items: [], nextCursor: null }, /library\.list .*, nobody, any request: answered 200 instead of 401/],
    ["tells live what its document does not say", "GET /api/trpc/library.follow", 200, 'data: {"id":"1","event":{"title":7}}\n\n\n', /library\.follow \(live\), librarian, a valid input: told what is not documented: body/],
    ["has live errors of another shape", "GET /api/trpc/library.follow", 200, 'event: serialized-error\ndata: {"oops":true}\n\n\n', /library\.follow \(live\), nobody: failed with 0: an error that is not one of ours/],
    ["has errors of another shape", "GET /api/v1/books/hours", 404, { oops: true }, /library\.hours .*not as documented: body must have required property 'error'/],
  ])("finds a server that %s", async (_what, target, status, body, finding) => {
    const { edge, url } = await startLibrary();
    open.push(() => edge.drain(1));
    // Stands before the real one and answers one operation in its place.
    const liar = createServer((request, response) => {
      if (`${request.method} ${request.url?.split("?", 1)[0]}` === target) {
        request.resume();
        response.writeHead(status, { "content-type": typeof body === "string" ? "text/event-stream" : "application/json" }).end(typeof body === "string" ? body : JSON.stringify(body));
        return;
      }
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", async () => {
        const headers = Object.fromEntries(["authorization", "content-type"].flatMap((name) => (request.headers[name] === undefined ? [] : [[name, String(request.headers[name])]])));
        const real = await fetch(url + (request.url ?? ""), { method: request.method ?? "GET", headers, body: chunks.length > 0 ? Buffer.concat(chunks) : null });
        response.writeHead(real.status).end(await real.text());
      });
    }).listen(0, "127.0.0.1");
    await once(liar, "listening");
    open.push(() => liar.close(), () => liar.closeAllConnections());
    const address = liar.address();
    const report = await checkApiContract({ url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`, roles });
    expect(report.findings).toContainEqual(expect.stringMatching(finding));
  });
});
