import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { EndpointInputSchema } from "@coder/api/code-generation";
import { afterEach, describe, expect, it } from "vitest";
import type { z } from "zod";
import { PROJECTS, type ProjectKind, type Setup } from "../__fixtures__/projects.ts";
import { snapshotOf } from "../__fixtures__/snapshot.ts";
import { generate } from "../engine/generate.ts";

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../../../../..");
const folders: string[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) child.kill();
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

/** The project with what was generated in it, on the disk, with its dependencies. */
async function written(kind: ProjectKind, setup: Setup, forms: readonly z.input<typeof EndpointInputSchema>[], changes: Readonly<Record<string, string>> = {}): Promise<{ readonly folder: string; readonly tests: string[] }> {
  let files: Record<string, string> = { ...PROJECTS[kind](setup), ...changes };
  const tests: string[] = [];
  for (const form of forms) {
    const made = generate(snapshotOf(files), { generator: "http-endpoint", input: EndpointInputSchema.parse(form) }).files;
    files = { ...files, ...Object.fromEntries(made.map(({ path, content }) => [path, content])) };
    tests.push(...made.flatMap(({ path, reason }) => (reason.startsWith("Calls ") ? [path] : [])));
  }
  return { folder: await onDisk(files), tests };
}

async function onDisk(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "coder-generated-"));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await mkdir(join(folder, "node_modules"));
  for (const name of ["express", "fastify", "zod", "vitest", "ajv", "next"]) await symlink(join(ROOT, "node_modules", name), join(folder, "node_modules", name));
  return folder;
}

const ENVIRONMENT = { PATH: process.env["PATH"], NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"], NO_COLOR: "1", HOME: tmpdir() };

async function passes(folder: string, command: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(process.execPath, [...command], { cwd: folder, env: ENVIRONMENT, timeout: 100_000 }).catch((error: { stdout?: string; stderr?: string }) => {
    throw new Error(`${error.stdout ?? ""}\n${error.stderr ?? ""}`);
  });
  return stdout + stderr;
}

const BOOK = [{ name: "title", type: "string" }, { name: "pages", type: "integer" }, { name: "email", type: "email", optional: true }] as const;
const FORMS: readonly z.input<typeof EndpointInputSchema>[] = [
  { method: "GET", path: "/api/users/:id", action: "get", entity: "User" },
  { method: "POST", path: "/api/novels", action: "create", entity: "Novel", fields: [...BOOK] },
  { method: "GET", path: "/api/authors/:id", action: "get", entity: "Author", params: [{ name: "id", type: "integer" }] },
  { method: "GET", path: "/api/tags", action: "list", entity: "Tag" },
  { method: "PUT", path: "/api/shelves/:id", action: "update", entity: "Shelf", params: [{ name: "id", type: "uuid" }], fields: [{ name: "name", type: "string" }] },
  { method: "DELETE", path: "/api/labels/:id", action: "delete", entity: "Label" },
];

/** Finds files without their endings, as tsx does. */
const LOADER = `import { registerHooks } from "node:module";
registerHooks({ resolve(specifier, context, next) {
  for (const ending of ["", ".ts", ".js", "/index.ts"]) try { return next(specifier + ending, context); } catch (error) { if (ending === "/index.ts") throw error; }
} });
`;

describe("generated tests pass in the project's own runner", () => {
  it.each(["none", "zod", "ajv"] as const)("Express in CommonJS, node:test, checked with %s", async (validation) => {
    const { folder, tests } = await written("express-js", { runner: "node:test", validation }, FORMS);
    expect(tests).toHaveLength(FORMS.length);
    expect(await passes(folder, ["--test", ...tests])).toMatch(/fail 0/);
  }, 120_000);

  it.each(["none", "zod"] as const)("Fastify in CommonJS, node:test, checked with %s", async (validation) => {
    const { folder, tests } = await written("fastify-js", { runner: "node:test", validation }, FORMS);
    await cp(join(import.meta.dirname, "../__fixtures__/autoload.cjs"), join(folder, "node_modules/@fastify/autoload/index.js"), { recursive: true });
    expect(await passes(folder, ["--test", ...tests])).toMatch(/fail 0/);
  }, 120_000);

  it.each(["express-ts", "express-factory-ts", "fastify-ts", "next-app", "next-pages"] as const)("%s in TypeScript, Vitest", async (kind) => {
    const { folder, tests } = await written(kind, { runner: "vitest", validation: kind === "express-ts" ? "zod" : "none" }, FORMS);
    expect(tests).toHaveLength(FORMS.length);
    await writeFile(join(folder, "vitest.config.mjs"), "export default { test: { globals: true, pool: 'threads', maxWorkers: 1 } };");
    expect(await passes(folder, [join(ROOT, "node_modules/vitest/vitest.mjs"), "run", "--root", folder])).toMatch(new RegExp(`Test Files +${FORMS.length} passed`));
  }, 120_000);
});

describe("Next in TypeScript, node:test", () => {
  const SETUP = { runner: "node:test", validation: "none" } as const;
  const ROUTE = "src/app/api/posts/route.ts";
  const script = (test: string) => ({ "package.json": PROJECTS["next-app"](SETUP)["package.json"].replace("node --test", test) });

  it("makes no test where Node alone runs them, which finds neither the route nor what Next names without an ending", async () => {
    expect((await written("next-app", SETUP, FORMS)).tests).toEqual([]);
    expect((await written("next-app", SETUP, FORMS, { [ROUTE]: 'import { users } from "../../../lib/users.ts";\nimport { NextResponse } from "next/server";\n\nexport function GET() {\n  return NextResponse.json(users);\n}\n' })).tests).toEqual([]);
    expect((await written("next-pages", SETUP, FORMS)).tests).toEqual([]);
  });

  it("passes where imports are written as Node finds them", async () => {
    const { folder, tests } = await written("next-app", SETUP, FORMS, { [ROUTE]: 'import { users } from "../../../lib/users.ts";\n\nexport function GET() {\n  return Response.json(users);\n}\n' });
    expect(tests).toHaveLength(FORMS.length);
    // As its script says it: a path with brackets would be a pattern.
    expect(await passes(folder, ["--test"])).toMatch(/pass [1-9][\s\S]*fail 0/);
  }, 120_000);

  it.each(["next-app", "next-pages"] as const)("passes where a loader finds them: %s", async (kind) => {
    const { folder, tests } = await written(kind, SETUP, FORMS, script("node --import ./loader.mjs --test"));
    expect(tests).toHaveLength(FORMS.length);
    await writeFile(join(folder, "loader.mjs"), LOADER);
    expect(await passes(folder, ["--import", "./loader.mjs", "--test"])).toMatch(/pass [1-9][\s\S]*fail 0/);
  }, 120_000);
});

it("adds to a plugin as Fastify publishes it, and its test passes", async () => {
  const examples = join(ROOT, "node_modules/fastify/examples");
  const files: Record<string, string> = {
    "package.json": JSON.stringify({ dependencies: { fastify: "^5.0.0" }, scripts: { test: "node --test" } }),
    // What the published examples load.
    "fastify.js": "module.exports = require('fastify')\n",
    "examples/plugin.js": await readFile(join(examples, "plugin.js"), "utf8"),
    "examples/use-plugin.js": await readFile(join(examples, "use-plugin.js"), "utf8"),
  };
  const made = generate(snapshotOf(files), { generator: "http-endpoint", input: EndpointInputSchema.parse({ method: "GET", path: "/users/:id", action: "get", entity: "User" }) }).files;
  expect(made.map(({ path, kind }) => `${kind} ${path}`)).toEqual(["modify examples/plugin.js", "create examples/plugin.test.js", "create examples/users-store.js"]);
  // Its own style: no semicolons, single quotes, and nothing of it is gone.
  expect(made[0]?.content.replace(/\n\n {2}fastify\.get\('\/users[\s\S]*?\n {2}\}\)/, "").replace("const { findUser } = require('./users-store')\n", "").replace("\n\n\n", "\n\n")).toBe(files["examples/plugin.js"]);
  const folder = await onDisk({ ...files, ...Object.fromEntries(made.map(({ path, content }) => [path, content])) });
  expect(await passes(folder, ["--test", "examples/plugin.test.js"])).toMatch(/fail 0/);
}, 60_000);

it("answers over HTTP where the project's own server runs", async () => {
  const { folder } = await written("express-js", { runner: "node:test", validation: "none" }, FORMS.slice(0, 2));
  await writeFile(join(folder, "serve.js"), "const server = require('./index.js').listen(0, () => console.log(server.address().port));");
  const child = spawn(process.execPath, ["serve.js"], { cwd: folder, env: ENVIRONMENT });
  children.push(child);
  const port = await new Promise<string>((found, failed) => {
    child.stdout.once("data", (data: Buffer) => found(data.toString().trim()));
    child.once("exit", (code) => failed(new Error(`The server ended with ${code}`)));
  });
  const at = `http://127.0.0.1:${port}/api`;
  expect(await (await fetch(`${at}/users/2`)).json()).toEqual({ id: "2", name: "tobi" });
  const missing = await fetch(`${at}/users/none`);
  // As the project answers elsewhere: the text alone.
  expect([missing.status, await missing.text()]).toEqual([404, "User not found"]);
  const made = await fetch(`${at}/novels`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ title: "SICP", pages: 657 }) });
  expect([made.status, await made.json()]).toEqual([201, { id: expect.any(String), title: "SICP", pages: 657 }]);
  const refused = await fetch(`${at}/novels`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ title: {} }) });
  expect([refused.status, await refused.text()]).toEqual([400, "title must be a text"]);
}, 60_000);
