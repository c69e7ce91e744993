import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { EndpointInputSchema } from "@coder/api/code-generation";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { snapshotOf } from "../__fixtures__/snapshot.ts";
import { generate } from "../engine/generate.ts";

const ROOT = resolve(import.meta.dirname, "../../../../..");
const PACKAGE = JSON.stringify({ scripts: { test: "node --test" }, dependencies: { express: "^5" } });

/** The app with what was generated in it, served; `call` gives status and body. */
async function served(app: string, forms: readonly z.input<typeof EndpointInputSchema>[]) {
  let files: Record<string, string> = { "package.json": PACKAGE, "app.js": `const express = require('express');\nconst app = express();\napp.use(express.json());\n${app}\nmodule.exports = app;\n` };
  for (const form of forms) {
    const made = generate(snapshotOf(files), { generator: "http-endpoint", input: EndpointInputSchema.parse(form) }).files;
    files = { ...files, ...Object.fromEntries(made.map(({ path, content }) => [path, content])) };
  }
  const folder = await mkdtemp(join(tmpdir(), "coder-position-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await mkdir(join(folder, "node_modules"));
  await symlink(join(ROOT, "node_modules/express"), join(folder, "node_modules/express"));
  const listener = z.custom<RequestListener>((value) => typeof value === "function").parse(createRequire(join(folder, "package.json"))("./app.js"));
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return async (method: string, path: string, body?: object): Promise<readonly [number, unknown]> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, ...(body ? { body: JSON.stringify(body), headers: { "content-type": "application/json" } } : {}) });
    const text = await response.text();
    return [response.status, text === "" ? null : JSON.parse(text)];
  };
}

const LIST: z.input<typeof EndpointInputSchema> = { method: "GET", path: "/books", action: "list", entity: "Book", fields: [{ name: "title", type: "string" }] };

describe("a new route is reached", () => {
  it.each([
    ["in front of a wildcard", "app.get('/{*rest}', (request, response) => response.json({ taken: true }));"],
    ["in front of a parameter that would take it", "app.get('/:page', (request, response) => response.json({ taken: true }));"],
    ["in front of what answers the rest", "app.get('/about', (request, response) => response.json({}));\napp.use((request, response) => response.status(404).json({ taken: true }));"],
    ["in front of what answers the rest by its name", "const notFound = (request, response) => response.status(404).json({ taken: true });\napp.use(notFound);"],
    ["in front of what answers errors", "app.use((error, request, response, next) => response.status(500).json({ taken: true }));"],
    ["behind what every request goes through", "app.use((request, response, next) => { response.setHeader('x-seen', 'yes'); next(); });"],
    ["in front of the start of the server", "if (require.main === module) {\n  app.listen(3000);\n}"],
    ["in an app that does nothing yet", ""],
  ])("%s", async (_where, app) => {
    const call = await served(app, [LIST]);
    expect(await call("GET", "/books")).toEqual([200, expect.any(Array)]);
  });
});

describe("routes on an array of the project", () => {
  const APP = "const books = [{ id: 3, title: 'Three' }, { id: 7, title: 'Seven' }];\napp.get('/books', (request, response) => response.json(books));";
  const FIELDS = [{ name: "title", type: "string" }] as const;
  const ID = [{ name: "id", type: "integer" }] as const;

  it("read and change it, and a new one has an id that none had", async () => {
    const call = await served(APP, [
      { method: "GET", path: "/books/:id", action: "get", entity: "Book", params: [...ID] },
      { method: "POST", path: "/books", action: "create", entity: "Book", fields: [...FIELDS] },
      { method: "PATCH", path: "/books/:id", action: "update", entity: "Book", params: [...ID], fields: [...FIELDS] },
      { method: "DELETE", path: "/books/:id", action: "delete", entity: "Book", params: [...ID] },
    ]);
    expect(await call("GET", "/books/7")).toEqual([200, { id: 7, title: "Seven" }]);
    expect(await call("POST", "/books", { title: "New" })).toEqual([201, { id: 8, title: "New" }]);
    expect(await call("PATCH", "/books/3", { title: "Changed" })).toEqual([200, { id: 3, title: "Changed" }]);
    expect((await call("DELETE", "/books/7"))[0]).toBe(204);
    expect((await call("GET", "/books/7"))[0]).toBe(404);
    expect(await call("GET", "/books")).toEqual([200, [{ id: 3, title: "Changed" }, { id: 8, title: "New" }]]);
  });
});
