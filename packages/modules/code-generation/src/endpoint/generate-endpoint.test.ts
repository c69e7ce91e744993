import { EndpointInputSchema, type EndpointInput } from "@coder/api/code-generation";
import { Project, ts } from "ts-morph";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { PROJECTS, type ProjectKind } from "../__fixtures__/projects.ts";
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
          if (!("tsconfig.json" in files)) return;
          const root = `/${runner.replace(":", "-")}-${validation}-${index}`;
          for (const [path, text] of Object.entries({ ...files, ...Object.fromEntries(written.map(({ path: one, content }) => [one, content])) })) if (path.endsWith(".ts")) project.createSourceFile(`${root}/${path}`, text);
        });
      });
    });
    expect(made).toBe(48);
    const faults = project.getPreEmitDiagnostics().map((one) => `${one.getSourceFile()?.getFilePath() ?? ""}:${one.getLineNumber() ?? 0} ${ts.flattenDiagnosticMessageText(one.compilerObject.messageText, " ")}`);
    expect(faults).toEqual([]);
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
});
