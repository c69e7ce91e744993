import { EndpointInputSchema, TestDataInputSchema } from "@coder/api/code-generation";
import { check, format, type Options } from "prettier";
import { describe, expect, it } from "vitest";
import { PROJECTS, type ProjectKind } from "../__fixtures__/projects.ts";
import { snapshotOf } from "../__fixtures__/snapshot.ts";
import { generate } from "../engine/generate.ts";
import { runTask } from "../engine/run-task.ts";
import type { Made } from "../engine/made.ts";

const FIELDS = [{ name: "title", type: "string" }, { name: "pages", type: "integer", optional: true }, { name: "tags", type: "string", list: true }, { name: "email", type: "email" }] as const;
const FORMS = [
  { method: "GET", path: "/api/users/:id", action: "get", entity: "User" },
  { method: "POST", path: "/api/order-items", action: "create", entity: "order item", fields: [...FIELDS] },
  { method: "PUT", path: "/api/books/:bookId", action: "update", entity: "book", params: [{ name: "bookId", type: "uuid" }], fields: [...FIELDS] },
  { method: "DELETE", path: "/api/books/:id", action: "delete", entity: "Book" },
].map((form) => EndpointInputSchema.parse(form));

/** As it is written in a file of a project, and as Prettier has it. */
const CONFIGURATIONS: readonly { readonly name: string; readonly file: string; readonly text: string; readonly options: Options }[] = [
  { name: "its defaults", file: ".prettierrc", text: "{}", options: {} },
  { name: "tabs and longer lines", file: ".prettierrc", text: "printWidth: 100\nuseTabs: true\nsingleQuote: true\n", options: { printWidth: 100, useTabs: true, singleQuote: true } },
  { name: "options of a program", file: "prettier.config.mjs", text: "export default { semi: false, singleQuote: true, arrowParens: 'avoid', bracketSpacing: false, trailingComma: 'none', printWidth: 120 };\n", options: { semi: false, singleQuote: true, arrowParens: "avoid", bracketSpacing: false, trailingComma: "none", printWidth: 120 } },
];

/** A project whose files Prettier has written. */
async function formattedProject(kind: ProjectKind, { file, text, options }: Omit<(typeof CONFIGURATIONS)[number], "name">): Promise<Record<string, string>> {
  const files = Object.entries(PROJECTS[kind]({ runner: "vitest", validation: "zod" }));
  return { ...Object.fromEntries(await Promise.all(files.map(async ([path, content]) => [path, await format(content, { ...options, filepath: path })]))), [file]: text };
}

async function made(files: Readonly<Record<string, string>>, input: (typeof FORMS)[number]): Promise<Made> {
  return (await runTask({ task: "generate", input: { snapshot: snapshotOf(files), request: { generator: "http-endpoint", input } } })) as Made;
}

const firstWord = (content: string, line: number) => /\w+/.exec(content.split("\n").slice(line - 1).join("\n"))?.[0];

describe.each(CONFIGURATIONS)("in a project with $name", (configuration) => {
  it.each(Object.keys(PROJECTS) as ProjectKind[])("Prettier has nothing to say of what is made in %s, and reasons stay with their lines", async (kind) => {
    const files = await formattedProject(kind, configuration);
    for (const form of FORMS) {
      const plain = generate(snapshotOf(files), { generator: "http-endpoint", input: form });
      const after = await made(files, form);
      for (const [index, { path, content, hunkReasons }] of after.files.entries()) {
        expect([path, await check(content, { ...configuration.options, filepath: path })]).toEqual([path, true]);
        const before = plain.files[index];
        expect(hunkReasons.map(({ line, reason }) => [firstWord(content, line), reason])).toEqual(before?.hunkReasons.map(({ line, reason }) => [firstWord(before.content, line), reason]));
      }
    }
  });
});

it("says what formats, and where it is said", async () => {
  const target = await runTask({ task: "describe", input: { snapshot: snapshotOf({ "package.json": `{\n  "dependencies": { "express": "5" },\n  "prettier": { "printWidth": 90 }\n}`, "app.js": "" }) } });
  expect(target).toMatchObject({ facts: expect.arrayContaining([{ kind: "formatter", value: "prettier", label: "Prettier, lines of 90", place: { path: "package.json", line: 3, excerpt: `"prettier": { "printWidth": 90 }` } }]) });
});

it("adds to a file that Prettier did not write, and leaves the rest of it", async () => {
  const files = { ...(await formattedProject("express-ts", { file: ".prettierrc", text: "{}", options: {} })), "src/app.ts": `import express from "express"\nimport { postsRouter }   from "./routes/posts.routes.js"\n\nexport const app = express()\napp.use("/api/posts",   postsRouter)\n` };
  const { files: after } = await made(files, FORMS[0] ?? expect.fail());
  const app = after.find(({ path }) => path === "src/app.ts");
  expect(app?.content).toContain(`app.use("/api/posts",   postsRouter)`);
  expect(app?.content).toContain(`"/api/users"`);
});

it.each<[string, Readonly<Record<string, string>>, number, RegExp]>([
  ["by what the editor is told of JSON", { ".prettierrc": "{}", ".editorconfig": "[*]\nindent_size = 4\n\n[*.json]\nindent_size = 2\n" }, 2, /"words": \[.+\]/],
  ["by what it is told of all", { ".prettierrc": "{}", ".editorconfig": "[*]\nindent_size = 4\n" }, 4, /"words": \[.+\]/],
  ["not by Prettier where that has options of its own for JSON", { ".prettierrc": `{ "tabWidth": 8, "overrides": [{ "files": "*.json", "options": { "tabWidth": 4 } }] }` }, 8, /"words": \[\n/],
])("writes rows of JSON %s", async (_what, configuration, width, list) => {
  const files = { ...PROJECTS["express-ts"]({ runner: "vitest", validation: "none" }), "src/tag.ts": "export interface Tag {\n    name: string;\n    words: string[];\n}\n", ...configuration };
  const input = TestDataInputSchema.parse({ tables: [{ type: "Tag", rows: 2 }] });
  const { files: [rows] } = (await runTask({ task: "generate", input: { snapshot: snapshotOf(files), request: { generator: "test-data", input } } })) as Made;
  expect(rows?.content).toMatch(new RegExp(`^\\[\n {${width}}\\{\n {${2 * width}}"name"`));
  // Prettier has short lists on one line.
  expect(rows?.content).toMatch(list);
});

it("formats nothing where nothing says so", async () => {
  const files = PROJECTS["express-ts"]({ runner: "vitest", validation: "zod" });
  for (const form of FORMS) expect((await made(files, form)).files).toEqual(generate(snapshotOf(files), { generator: "http-endpoint", input: form }).files);
});
