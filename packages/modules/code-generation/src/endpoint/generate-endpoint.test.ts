import { EndpointInputSchema, type EndpointInput } from "@coder/api/code-generation";
import { Project, ts } from "ts-morph";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { PROJECTS, type ProjectKind } from "../__fixtures__/projects.ts";
import { lintedBy } from "../__fixtures__/linted-by.ts";
import { snapshotOf } from "../__fixtures__/snapshot.ts";
import { faultsOf } from "../code/styled.ts";
import { generate } from "../engine/generate.ts";
import { scriptKindOf } from "../engine/Sources.ts";
import { AMBIENT } from "../__fixtures__/ambient.ts";

const form = (given: z.input<typeof EndpointInputSchema>): EndpointInput => EndpointInputSchema.parse(given);

const FIELDS = [{ name: "title", type: "string" }, { name: "pages", type: "integer", optional: true }, { name: "tags", type: "string", list: true }, { name: "email", type: "email" }, { name: "due", type: "date", optional: true }] as const;

/** Every action, on what is there and on what is new, with each type of parameter. */
const FORMS: readonly z.input<typeof EndpointInputSchema>[] = [
  { method: "GET", path: "/api/users/:id", action: "get", entity: "User" },
  { method: "GET", path: "/api/books", action: "list", entity: "book" },
  { method: "GET", path: "/api/books/:id", action: "get", entity: "book", params: [{ name: "id", type: "integer" }] },
  { method: "GET", path: "/api/articles/:slug", action: "get", entity: "Article", fields: [{ name: "slug", type: "string" }] },
  { method: "POST", path: "/api/order-items", action: "create", entity: "order item", fields: [...FIELDS] },
  { method: "PUT", path: "/api/books/:bookId", action: "update", entity: "book", params: [{ name: "bookId", type: "uuid" }], fields: [...FIELDS] },
  { method: "PATCH", path: "/api/users/:id", action: "update", entity: "user", fields: [{ name: "name", type: "string" }] },
  { method: "DELETE", path: "/api/books/:id", action: "delete", entity: "Book" },
  { method: "GET", path: "/api/users/:userId/orders", action: "list", entity: "Order", fields: [{ name: "total", type: "number" }] },
];
const RUNNERS = ["vitest", "jest", "mocha", "node:test"] as const;
const VALIDATIONS = ["none", "zod", "ajv", "typebox"] as const;

/** What a linter says of a project after something was made in it, and did not say before. */
function newFindings(after: readonly string[], before: readonly string[]): string[] {
  return after.filter((finding) => !before.includes(finding));
}

const kinds = Object.keys(PROJECTS) as ProjectKind[];

describe.each(kinds)("%s", (kind) => {
  it("what is made parses, and type-checks strictly where it is TypeScript, for every runner and validation", () => {
    const project = new Project({
      useInMemoryFileSystem: true,
      compilerOptions: {
        strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: false, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"], types: [], skipLibCheck: true, esModuleInterop: true, allowImportingTsExtensions: true, noEmit: true,
      },
    });
    project.createSourceFile("/ambient.d.ts", AMBIENT);
    const [before, after]: [Record<string, string>, Record<string, string>] = [{}, {}];
    let made = 0;
    RUNNERS.forEach((runner, runnerIndex) => {
      VALIDATIONS.forEach((validation, validationIndex) => {
        const files = PROJECTS[kind]({ runner, validation });
        // Each pair of runner and validation sees three of the forms, each form is seen by all of the runners.
        FORMS.forEach((given, index) => {
          if ((index + runnerIndex + validationIndex) % 3 !== 0) return;
          const { files: written } = generate(snapshotOf(files), { generator: "http-endpoint", input: form(given) });
          for (const { path, content } of written) expect([path, faultsOf(ts.createSourceFile(path, content, ts.ScriptTarget.Latest, true, scriptKindOf(path)))]).toEqual([path, []]);
          expect(written.filter(({ reason }) => reason === "")).toEqual([]);
          made++;
          const root = `/${runner.replace(":", "-")}-${validation}-${index}`;
          for (const [path, text] of Object.entries(files)) before[`${root}/${path}`] = text;
          for (const { path, content } of written) after[`${root}/${path}`] = content;
          if (!("tsconfig.json" in files)) return;
          for (const [path, text] of Object.entries({ ...files, ...Object.fromEntries(written.map(({ path: one, content }) => [one, content])) })) if (path.endsWith(".ts")) project.createSourceFile(`${root}/${path}`, text);
        });
      });
    });
    expect(made).toBe(48);
    const faults = project.getPreEmitDiagnostics().map((one) => `${one.getSourceFile()?.getFilePath() ?? ""}:${one.getLineNumber() ?? 0} ${ts.flattenDiagnosticMessageText(one.compilerObject.messageText, " ")}`);
    expect(faults).toEqual([]);
    for (const linter of ["biome", "eslint"] as const) expect(newFindings(lintedBy(linter, { ...before, ...after }), lintedBy(linter, before))).toEqual([]);
  }, 120_000);

  it("makes the same bytes twice, and changes nothing of a file but what it adds", () => {
    const files = PROJECTS[kind]({ runner: "vitest", validation: "none" });
    for (const given of FORMS) {
      const run = () => generate(snapshotOf(files), { generator: "http-endpoint", input: form(given) });
      const first = run();
      expect(run()).toEqual(first);
      for (const { original, content } of first.files) {
        if (original === null) continue;
        // Every line that was there is there still, in its order.
        const lines = content.split("\n");
        let at = 0;
        for (const line of original.split("\n")) {
          const found = lines.indexOf(line, at);
          expect([line, found >= 0]).toEqual([line, true]);
          at = found + 1;
        }
      }
    }
  });

  it("refuses what is answered already", () => {
    const files = PROJECTS[kind]({ runner: "vitest", validation: "none" });
    const path = kind === "next-pages" || kind === "next-app" ? "/api/posts" : "/api/posts/:id";
    const given = path.endsWith(":id") ? ({ method: "GET", path, action: "get", entity: "Post" } as const) : ({ method: "GET", path, action: "list", entity: "Post" } as const);
    expect(() => generate(snapshotOf(files), { generator: "http-endpoint", input: form(given) })).toThrow(expect.objectContaining({ code: "generation_conflict" }));
  });
});

it("says what it supports where it finds nothing of it", () => {
  const koa = { "package.json": JSON.stringify({ dependencies: { koa: "2" } }), "index.js": "const Koa = require('koa')" };
  expect(() => generate(snapshotOf(koa), { generator: "http-endpoint", input: form({ method: "GET", path: "/x", action: "list", entity: "X" }) })).toThrow(
    expect.objectContaining({ code: "target_unsupported", message: expect.stringContaining("koa"), remedy: expect.stringContaining("Express") }),
  );
  // There is a server, in another language.
  const flask = { "app.py": "app = Flask(__name__)", "requirements.txt": "flask" };
  expect(() => generate(snapshotOf(flask), { generator: "http-endpoint", input: form({ method: "GET", path: "/x", action: "list", entity: "X" }) })).toThrow(
    expect.objectContaining({ code: "target_unsupported", message: "This project has no package.json, and endpoints are generated for projects of Node.js alone." }),
  );
});

const JS_APP = {
  "package.json": JSON.stringify({ scripts: { test: "node --test" }, dependencies: { express: "^5" } }),
  "app.js": "const express = require('express');\nconst app = express();\napp.use(express.json());\nmodule.exports = app;\n",
};
const TS_APP = {
  "package.json": JSON.stringify({ type: "module", scripts: { test: "vitest run" }, dependencies: { express: "^5" } }),
  "tsconfig.json": "{}",
  "src/app.ts": `import express from "express";\n\nexport const app = express();\napp.use(express.json());\n`,
};
/** One endpoint after another, each on what the ones before left. */
function inTurn(files: Readonly<Record<string, string>>, forms: readonly z.input<typeof EndpointInputSchema>[]): Record<string, string> {
  return forms.reduce<Record<string, string>>((all, given) => ({ ...all, ...Object.fromEntries(generate(snapshotOf(all), { generator: "http-endpoint", input: form(given) }).files.map(({ path, content }) => [path, content])) }), { ...files });
}
const ORDERS: readonly z.input<typeof EndpointInputSchema>[] = [
  { method: "POST", path: "/orders", action: "create", entity: "Order", fields: [{ name: "total", type: "number" }] },
  { method: "DELETE", path: "/orders/:id", action: "delete", entity: "Order" },
  { method: "PATCH", path: "/orders/:id", action: "update", entity: "Order", fields: [{ name: "total", type: "number" }, { name: "status", type: "string" }] },
  { method: "GET", path: "/orders/:id", action: "get", entity: "Order" },
  { method: "GET", path: "/orders", action: "list", entity: "Order" },
];

describe("endpoints of one entity", () => {
  it.each([["JavaScript", JS_APP], ["TypeScript", TS_APP]] as const)("share one store in %s, and one import of it", (_language, app) => {
    const files = inTurn(app, ORDERS);
    const stores = Object.keys(files).filter((path) => /store/i.test(path));
    expect(stores).toHaveLength(1);
    const [store = ""] = stores;
    for (const name of ["createOrder", "deleteOrder", "updateOrder", "findOrder", "listOrders"]) expect(files[store]).toContain(`function ${name}(`);
    const routes = Object.entries(files).filter(([path, text]) => !/test|store/i.test(path) && text.includes("createOrder"));
    expect(routes).toHaveLength(1);
    expect(routes[0]?.[1].match(/ordersStore(?:\.js)?["']/g)).toHaveLength(1);
    if (store.endsWith(".js")) expect(files[store]).toContain("module.exports = { createOrder, deleteOrder, updateOrder, findOrder, listOrders };");
    else expect(files[store]).toContain("status?: string;");
  });
});

it("puts routes of a Fastify project that loads its folder of routes into a folder of their own, with the test where tests of routes are", () => {
  const files = {
    "package.json": JSON.stringify({ scripts: { test: "node --test test/**/*.test.js" }, dependencies: { fastify: "^5", "@fastify/autoload": "^6" } }),
    "app.js": `'use strict'\nconst path = require('node:path')\nconst AutoLoad = require('@fastify/autoload')\nmodule.exports = async function (fastify, opts) {\n  fastify.register(AutoLoad, { dir: path.join(__dirname, 'plugins') })\n  fastify.register(AutoLoad, { dir: path.join(__dirname, 'routes') })\n}\n`,
    "plugins/support.js": `module.exports = async function (fastify) {\n  fastify.decorate('a', () => 1)\n}\n`,
    "routes/root.js": `module.exports = async function (fastify) {\n  fastify.get('/', async () => ({ root: true }))\n}\n`,
    "routes/example/index.js": `module.exports = async function (fastify) {\n  fastify.get('/', async () => 'example')\n}\n`,
    "test/plugins/support.test.js": `const { test } = require('node:test')\ntest('a', () => {})\n`,
    "test/routes/root.test.js": `const { test } = require('node:test')\ntest('a', () => {})\n`,
  };
  const made = generate(snapshotOf(files), { generator: "http-endpoint", input: form({ method: "GET", path: "/users/:id", action: "get", entity: "User" }) }).files;
  expect(made.map(({ path, kind }) => `${kind} ${path}`)).toEqual(["create routes/users/index.js", "create test/routes/users.test.js", "create users-store.js"]);
  expect(made[0]?.content).toContain("fastify.get('/:id'");
});

describe("functions of plain JavaScript", () => {
  const service = (find: string) => ({ ...JS_APP, "services/user.service.js": `const users = [{ id: 7, name: 'Ada' }];\n\n${find}\n\nmodule.exports = { findById };\n` });
  const made = (files: Readonly<Record<string, string>>) => generate(snapshotOf(files), { generator: "http-endpoint", input: form({ method: "GET", path: "/users/:id", action: "get", entity: "User" }) }).files.map(({ content }) => content).join("\n");

  it("are given a number where the ids that they look among are numbers, and the test looks for one that is there", () => {
    const text = made(service("function findById(id) {\n  return users.find((user) => user.id === id);\n}"));
    expect(text).toContain("Number(req.params.id)");
    expect(text).toContain("/users/7");
  });

  it.each([
    ["make a text of what they compare with", "function findById(id) {\n  return users.find((user) => String(user.id) === id);\n}"],
    ["say so in a comment", "/** @param {string} id */\nfunction findById(id) {\n  return users.find((user) => user.id === parse(id));\n}"],
  ])("are given the text where they %s", (_what, find) => {
    expect(made(service(find))).not.toContain("Number(");
  });
});

it.each([
  ["app.get('/books/:id', (req, res) => {\n  res.status(404).json({ error: { message: 'Book not found' } });\n});", "{ error: { message: 'User not found' } }"],
  ["app.get('/books/:id', (req, res) => {\n  res.status(404).json({ errors: { error: { title: 'Not found', status: 404 } } });\n});", "{ errors: { error: { status: 404, title: 'User not found' } } }"],
])("answers mistakes as the handlers that are there do: %s", (handler, body) => {
  const files = { ...JS_APP, "app.js": JS_APP["app.js"].replace("module.exports", `${handler}\n\nmodule.exports`) };
  const made = generate(snapshotOf(files), { generator: "http-endpoint", input: form({ method: "GET", path: "/users/:id", action: "get", entity: "User" }) }).files;
  expect(made.map(({ content }) => content).join("\n")).toContain(`res.status(404).json(${body})`);
});

it("makes no test that nothing could run, and says so", () => {
  const files = { ...TS_APP, "package.json": JSON.stringify({ type: "module", dependencies: { express: "^5" } }) };
  const made = generate(snapshotOf(files), { generator: "http-endpoint", input: form({ method: "GET", path: "/users", action: "list", entity: "User" }) });
  expect(made.files.some(({ path }) => path.includes("test"))).toBe(false);
  expect(made.notes).toContainEqual(expect.stringContaining("no test runner"));
  const ofNode = { ...files, "package.json": JSON.stringify({ type: "module", dependencies: { express: "^5" }, devDependencies: { tsx: "4" }, scripts: { test: "node --test" } }) };
  const alone = generate(snapshotOf(ofNode), { generator: "http-endpoint", input: form({ method: "GET", path: "/users", action: "list", entity: "User" }) });
  expect([alone.files.some(({ path }) => path.includes("test")), alone.facts.find(({ kind }) => kind === "test-runner")?.value]).toEqual([false, "node:test"]);
  expect(alone.notes).toContainEqual(expect.stringContaining("node --import tsx --test"));
  const withLoader = { ...files, "package.json": JSON.stringify({ type: "module", dependencies: { express: "^5" }, devDependencies: { tsx: "4" } }) };
  expect(generate(snapshotOf(withLoader), { generator: "http-endpoint", input: form({ method: "GET", path: "/users", action: "list", entity: "User" }) }).files.some(({ path }) => path.includes("test"))).toBe(true);
});

it.each(["class", "constructor", "__proto__", "toString", "default", "await", "Map", "Object", "request", "app", "server", "Order Item", "user's", "x".repeat(60), "news", "data", "Promise"])("writes code that parses for an entity called %s", (entity) => {
  for (const app of [JS_APP, TS_APP, PROJECTS["fastify-js"]({ runner: "node:test", validation: "none" }), PROJECTS["next-app"]({ runner: "vitest", validation: "none" })]) {
    for (const action of ["get", "list", "create", "update", "delete"] as const) {
      const method = ({ get: "GET", list: "GET", create: "POST", update: "PUT", delete: "DELETE" } as const)[action];
      const parsed = EndpointInputSchema.safeParse({ method, path: action === "list" || action === "create" ? "/api/things" : "/api/things/:id", action, entity, fields: action === "create" || action === "update" ? [{ name: "title", type: "string" }] : [] });
      if (!parsed.success) continue;
      let files: readonly { readonly path: string; readonly content: string }[];
      try {
        ({ files } = generate(snapshotOf(app), { generator: "http-endpoint", input: parsed.data }));
      } catch (error) {
        // A name that cannot be one is refused by name, never written.
        expect(error).toMatchObject({ code: "input_invalid" });
        continue;
      }
      for (const { path, content } of files) {
        expect([path, faultsOf(ts.createSourceFile(path, content, ts.ScriptTarget.Latest, true, scriptKindOf(path)))]).toEqual([path, []]);
        expect(content).not.toMatch(/\b(?:const|let|function) (?:class|default|await|undefined)\b/);
      }
    }
  }
});

describe("what is made is spaced as the project is", () => {
  const made = (app: Readonly<Record<string, string>>) => Object.fromEntries(generate(snapshotOf(app), { generator: "http-endpoint", input: form({ method: "GET", path: "/users/:id", action: "get", entity: "User" }) }).files.map(({ path, content }) => [path, content]));

  it("by most of its sources", () => {
    const files = made({ ...JS_APP, "lib/names.js": "function short (name) {\n  const {first} = name;\n  return [first].map(one => one.trim());\n}\n\nmodule.exports = {short};\n" });
    const store = Object.entries(files).find(([path]) => /store/i.test(path))?.[1];
    expect(store).toContain("function findUser (id) {");
    expect(store).toContain("module.exports = {createUser, findUser};");
    expect(files["app.js"]).toContain("const {findUser} = require(");
  });

  it("by the style that it depends on, where its sources do not show it", () => {
    const files = made({ ...JS_APP, "package.json": JSON.stringify({ scripts: { test: "node --test" }, dependencies: { express: "^5" }, devDependencies: { standard: "17" } }) });
    expect(Object.values(files).join("\n")).toMatch(/function findUser \(id\) \{/);
  });
});
