import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { startTestProduct, type TestProduct } from "../__fixtures__/notes-product.ts";

const OperationSchema = z.looseObject({ operationId: z.string(), responses: z.record(z.string(), z.unknown()), security: z.array(z.record(z.string(), z.array(z.string()))) });
const DocumentSchema = z.looseObject({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), OperationSchema)),
  components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({})), responses: z.record(z.string(), z.unknown()), securitySchemes: z.record(z.string(), z.unknown()) }),
});

let product: TestProduct;
let document: z.infer<typeof DocumentSchema>;

beforeAll(async () => {
  product = await startTestProduct();
  document = DocumentSchema.parse(await (await fetch(`${product.url}/api/v1/openapi.json`)).json());
});
afterAll(() => product.edge.drain(1));

describe("the document", () => {
  it("has every public operation once, and none for modules only", () => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, { operationId }]) => `${method} ${path} ${operationId}`));
    expect(document.openapi).toBe("3.1.0");
    expect(operations.sort()).toEqual([
      "delete /notes/{id} notes.remove", "get /notes notes.list", "get /notes.ticks notes.ticks", "get /notes/fail notes.fail", "get /notes/limited notes.limited", "get /notes/{id} notes.get", "patch /notes/{id} notes.rename",
      "post /notes notes.create", "post /notes/echo notes.echo", "post /notes/sign-in notes.signIn", "post /notes/sign-out notes.signOut", "post /notes/slow notes.slow",
    ]);
    expect(JSON.stringify(document)).not.toContain("settle");
  });

  it("says who may, how to sign in, and what limits there are", () => {
    const create = document.paths["/notes"]?.["post"];
    const echo = document.paths["/notes/echo"]?.["post"];
    expect(create).toMatchObject({ "x-permission": "notes.note.write", security: [{ cookie: [] }, { bearer: [] }], tags: ["notes"], summary: "Write a note" });
    expect(echo).toMatchObject({ "x-public": true, security: [] });
    expect(document.paths["/notes/limited"]?.["get"]).toMatchObject({ "x-rate-limit": "2 per 60 s and address" });
    expect(document.components.securitySchemes).toMatchObject({ cookie: { type: "apiKey", in: "cookie", name: "coder_session" }, bearer: { type: "http", scheme: "bearer" } });
  });

  it("documents the errors an operation can answer with, in our one shape", () => {
    const statuses = (path: string, method: string) => Object.keys(document.paths[path]?.[method]?.responses ?? {});
    expect(statuses("/notes", "post")).toEqual(["200", "400", "401", "403", "404", "409", "412", "413", "415", "429", "500", "503", "504"]);
    expect(statuses("/notes", "get")).toEqual(["200", "400", "401", "403", "404", "409", "429", "500", "503", "504"]);
    expect(statuses("/notes/{id}", "delete")).toEqual(["204", "400", "401", "403", "404", "409", "412", "429", "500", "503", "504"]);
    expect(document.components.responses["Error404"]).toMatchObject({ content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } } });
    expect(document.components.schemas["Error"]).toMatchObject({ properties: { error: { properties: { kind: { type: "string" }, remedy: {} } }, traceId: {} } });
  });

  it("puts each field where it belongs, with its rules", () => {
    expect(document.paths["/notes/{id}"]?.["patch"]).toMatchObject({
      parameters: [{ name: "id", in: "path", required: true, schema: { type: "string", format: "uuid" } }],
      requestBody: { required: true, content: { "application/json": { schema: { type: "object", properties: { title: { minLength: 1, maxLength: 100 } }, required: ["title", "version"], additionalProperties: false } } } },
    });
    const list = document.paths["/notes"]?.["get"];
    expect(list).toMatchObject({ parameters: expect.arrayContaining([expect.objectContaining({ name: "limit", in: "query", schema: expect.objectContaining({ type: "integer", default: 50, maximum: 200 }) })]) });
  });
});

describe("the page", () => {
  it("shows every operation and asks nobody else for anything", async () => {
    const response = await fetch(`${product.url}/api/v1/docs`);
    const html = await response.text();
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const policy = response.headers.get("content-security-policy") ?? "";
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1] ?? "none";
    expect(policy).toMatch(/^default-src 'none'; style-src 'nonce-/);
    expect(html).toContain(`<script nonce="${nonce}">`);
    expect(html.match(/<details class="operation"/g)).toHaveLength(12);
    for (const text of ["Write a note", "notes.note.write", "/notes/{id}", "Open to everybody.", "≤ 200, default 50"]) expect(html).toContain(text);
    expect(html).not.toMatch(/(?:src|href)="(?!\/api\/v1\/openapi\.json)/);
    expect(html).not.toMatch(/https?:\/\//);
  });
});
