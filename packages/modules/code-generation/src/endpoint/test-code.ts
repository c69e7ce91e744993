import type { EndpointField } from "@coder/api/code-generation";
import { posix } from "node:path";
import { fromPackage, type Import, ModuleText, typeFromPackage } from "../code/ModuleText.ts";
import { quoted } from "../code/styled.ts";
import { withArticle, wordsOf } from "../engine/names.ts";
import type { MadeFile } from "../engine/snapshot.ts";
import { canRunTests, type TestConventions, testPathOf } from "../target/test-facts.ts";
import { keyField } from "./data-source.ts";
import { BAD_VALUE, goodObject, goodValue } from "./field-code.ts";
import { type EndpointPlan, takesBody } from "./plan.ts";

/** How a test reaches the endpoint. */
export interface Reach {
  readonly imports: readonly Import[];
  /** Lines that make `app`, in the hook before all tests. */
  readonly setup: readonly string[];
  /** Type of `app` in TypeScript; null where `app` is imported as it is. */
  readonly appType: string | null;
  readonly kind: "listen" | "fastify" | "direct" | "pages";
  /** Of `direct`: the call of the handler with a request. */
  readonly direct?: (path: string, init: string | null, params: readonly { readonly name: string; readonly code: string }[]) => string;
}

/** A test of what the endpoint answers: what is there, what is not, what is wrong. In the project's runner, over HTTP. None where nothing could run it. */
export function testFiles(plan: EndpointPlan, tested: string, reach: Reach): MadeFile[] {
  const { model, sources } = plan;
  const { tests, style } = model;
  if (!canRunTests(model)) return [];
  const path = freePath(plan, tested, (one) => sources.has(one));
  const file = new ModuleText(path);
  const check = assertions(tests);
  file.imports.push(...runnerImports(tests, reach.kind !== "direct"), ...check.imports, ...reach.imports);
  if (plan.source.sample.kind === "known" && plan.id && keyField(plan.id.name) !== "id") file.imports.push(...plan.source.imports.filter(({ file: own }) => own));
  if (plan.source.sample.kind === "made" && cases(plan).some(({ needsOne }) => needsOne)) file.imports.push(...plan.source.sample.imports);
  const body: string[] = [];
  const hooks = tests.runner === "vitest" || tests.runner === "jest" ? ["beforeAll", "afterAll"] : ["before", "after"];
  if (reach.kind === "listen") {
    file.imports.push(typeFromPackage("node:http", "Server"), typeFromPackage("node:net", "AddressInfo"), fromPackage("node:events", "once"));
    body.push("let server: Server;", "let base: string;", "", `${hooks[0]}(async () => {`, ...reach.setup.map((line) => `  ${line}`), "  server = app.listen(0);", `  await once(server, "listening");`, "  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;", "});", "", `${hooks[1]}(() => {`, "  server.closeAllConnections();", "  server.close();", "});", "");
  }
  if (reach.kind === "pages") {
    file.imports.push(fromPackage("node:http", "createServer"), typeFromPackage("node:http", "Server"), typeFromPackage("node:net", "AddressInfo"), fromPackage("node:events", "once"), typeFromPackage("next", "NextApiRequest"), typeFromPackage("next", "NextApiResponse"));
    body.push("let server: Server;", "let base: string;", "", `${hooks[0]}(async () => {`, ...pagesServer(plan).map((line) => `  ${line}`), "  server.listen(0);", `  await once(server, "listening");`, "  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;", "});", "", `${hooks[1]}(() => {`, "  server.closeAllConnections();", "  server.close();", "});", "");
  }
  if (reach.kind === "fastify") {
    body.push(...(reach.appType === null ? [] : [`let app: ${reach.appType};`]), "let base: string;", "", `${hooks[0]}(async () => {`, ...reach.setup.map((line) => `  ${line}`), `  base = await app.listen({ port: 0, host: "127.0.0.1" });`, "});", "", `${hooks[1]}(async () => {`, "  await app.close();", "});", "");
    if (reach.appType !== null && /^\w+$/.test(reach.appType)) file.imports.push(typeFromPackage("fastify", reach.appType));
  }
  const written = cases(plan).map((one) => [`it(${quoted(one.title)}, async () => {`, ...one.lines(reach, check).map((line) => `  ${line}`), "});"].join("\n"));
  file.blocks.push([`describe(${quoted(`${plan.method} ${plan.path}`)}, () => {`, ...[...body, ...written.join("\n\n").split("\n")].map((line) => (line === "" ? "" : `  ${line}`)), "});"].join("\n"));
  const content = file.render(style);
  return [{ path, kind: "create", original: null, content, reason: `Calls ${plan.method} ${plan.path} over HTTP and checks what it answers, with ${tests.runner}`, hunkReasons: [] }];
}

/** Gives the handler what Next gives it: the parameters of the path, the body as JSON, `status` and `json`. */
function pagesServer({ path }: EndpointPlan): string[] {
  const segments = path.split("/").slice(1);
  const params = segments.flatMap((segment, index) => (segment.startsWith(":") ? [`${segment.slice(1)}: segments[${index + 1}]`] : []));
  return [
    "server = createServer(async (request, response) => {",
    `  let text = "";`,
    "  for await (const chunk of request) text += String(chunk);",
    ...(params.length > 0 ? [`  const segments = (request.url ?? "").split("/");`] : []),
    `  const req = Object.assign(request, { query: {${params.length > 0 ? ` ${params.join(", ")} ` : ""}}, body: text === "" ? undefined : JSON.parse(text) });`,
    "  const res = Object.assign(response, {",
    "    status(code: number) {",
    "      response.statusCode = code;",
    "      return res;",
    "    },",
    "    json(value: unknown) {",
    `      response.setHeader("content-type", "application/json");`,
    "      response.end(JSON.stringify(value));",
    "    },",
    "  });",
    "  await handler(req as unknown as NextApiRequest, res as unknown as NextApiResponse);",
    "});",
  ];
}

interface Case {
  readonly title: string;
  readonly needsOne: boolean;
  readonly lines: (reach: Reach, check: Assertions) => string[];
}

function cases(plan: EndpointPlan): Case[] {
  const { action, names, source, id, params, method, fields, parents } = plan;
  const there = source.sample.kind !== "none";
  const found: Case[] = [];
  const parentValues = parents.map(({ name, type }) => `${name}: ${type === "integer" ? "1" : type === "uuid" ? quoted(SOME_UUID) : quoted("some")}`);
  const key = id ? keyField(id.name) : "id";
  const keyCode = id?.type === "integer" ? "4711" : id?.type === "uuid" ? quoted(SOME_UUID) : quoted("some-key");
  const keyed = key === "id" || sampleFields(plan).some(({ name, optional }) => name === key && !optional) ? [] : [`${key}: ${keyCode}`];
  const make = (): { readonly lines: string[]; readonly id: string } => {
    const { sample } = source;
    if (sample.kind === "known" && key === "id") return { lines: [], id: JSON.stringify(sample.id) };
    if (sample.kind === "known") return { lines: [`const known = ${source.label.replace("the array ", "")}[0];`], id: `known?.${key}` };
    if (sample.kind === "none") return { lines: [], id: missingId(plan) };
    const fixed = source.kind === "array" ? [`id: ${source.idType === "number" ? "4711" : quoted("some-id")}`] : [];
    const values = goodObject(sampleFields(plan), [...fixed, ...keyed, ...parentValues]);
    const code = sample.code(values);
    return { lines: [`const ${names.one} = ${sample.awaited ? `await ${code}` : code};`], id: key !== "id" ? `${names.one}.${key}` : source.kind === "array" ? (source.idType === "number" ? "4711" : quoted("some-id")) : `${names.one}.id` };
  };
  const call = (reach: Reach, idCode: string | null, body: string | null): string[] => callLines(plan, reach, idCode, body);
  const good = goodObject(fields);
  if (action === "list") {
    found.push({ title: `answers with a list of ${names.manyWords.join(" ")}`, needsOne: false, lines: (reach, check) => [...call(reach, null, null), check.equal("response.status", "200"), check.equal("Array.isArray(await response.json())", "true")] });
  }
  if (action === "create") {
    const [first] = fields.filter(({ optional }) => !optional);
    found.push({
      title: `makes ${withArticle(names.words)}`, needsOne: false,
      lines: (reach, check) => [...call(reach, null, good), check.equal("response.status", "201"), ...(first ? [`const body = (await response.json()) as { ${first.name}: unknown };`, check.deepEqual(`body.${first.name}`, goodValue(first))] : [])],
    });
  }
  if ((action === "get" || action === "update" || action === "delete") && there) {
    const [first] = fields;
    const title = action === "get" ? `answers with ${withArticle(names.words)}` : action === "update" ? `changes ${withArticle(names.words)}` : `removes ${withArticle(names.words)}`;
    found.push({
      title, needsOne: true,
      lines: (reach, check) => {
        const made = make();
        const lines = [...made.lines, ...call(reach, made.id, action === "update" ? good : null), check.equal("response.status", action === "delete" ? "204" : "200")];
        if (action === "get") lines.push(`const body = (await response.json()) as { ${key}: unknown };`, check.equal(`body.${key}`, made.id));
        if (action === "update" && first) lines.push(`const body = (await response.json()) as { ${first.name}: unknown };`, check.deepEqual(`body.${first.name}`, goodValue(first)));
        return lines;
      },
    });
  }
  if (id) found.push({ title: `answers 404 where there is no such ${names.words}`, needsOne: false, lines: (reach, check) => [...call(reach, missingId(plan), action === "update" ? good : null), check.equal("response.status", "404")] });
  if (params.some(({ type }) => type !== "string")) {
    found.push({ title: "answers 400 to a parameter of another type", needsOne: false, lines: (reach, check) => [...call(reach, id && id.type !== "string" ? quoted("nonsense") : (id ? missingId(plan) : null), takesBody(plan) ? good : null).map((line) => (id && id.type !== "string" ? line : line.replaceAll("/1", "/nonsense"))), check.equal("response.status", "400")] });
  }
  if (takesBody(plan)) {
    const [first] = fields;
    const wrong = first ? `{ ${first.name}: ${BAD_VALUE} }` : "{}";
    found.push({ title: "answers 400 to a body that is wrong", needsOne: false, lines: (reach, check) => [...call(reach, id ? missingId(plan) : null, method === "PATCH" || fields.length > 0 ? wrong : "[]"), check.equal("response.status", "400")] });
  }
  return found;
}

const SOME_UUID = "3f2c8a52-4f0e-4d5c-9a43-0d5b4f3b2a10";

/** Fields that one needs that is made for a test. */
function sampleFields({ source, fields }: EndpointPlan): readonly EndpointField[] {
  return source.fields ?? fields;
}

function missingId({ id, source }: EndpointPlan): string {
  if (id?.type === "uuid") return quoted("00000000-0000-4000-8000-000000000000");
  return id?.type === "integer" || source.idType === "number" ? "987654321" : quoted("missing");
}

function callLines(plan: EndpointPlan, reach: Reach, idCode: string | null, body: string | null): string[] {
  const values = plan.params.map((param) => ({ name: param.name, code: param === plan.id && idCode !== null ? idCode : param.type === "integer" ? "1" : param.type === "uuid" ? quoted(SOME_UUID) : quoted("some") }));
  const segments = plan.path.split("/").filter(Boolean).map((segment) => (segment.startsWith(":") ? (values.find(({ name }) => name === segment.slice(1))?.code ?? "") : quoted(segment)));
  const plain = segments.every((code) => /^(?:"[^"\\]*"|\d+)$/.test(code));
  const text = segments.map((code) => (/^"[^"\\]*"$/.test(code) ? code.slice(1, -1) : /^\d+$/.test(code) ? code : `\${${code}}`)).join("/");
  const url = reach.kind === "direct" ? (plain ? quoted(`http://localhost/${text}`) : `\`http://localhost/${text}\``) : `\`\${base}/${text}\``;
  const options = [...(plan.method === "GET" && body === null ? [] : [`method: ${quoted(plan.method)},`]), ...(body === null ? [] : [`headers: { "content-type": "application/json" },`, `body: JSON.stringify(${body}),`])];
  const init = options.length === 0 ? null : options.length === 1 ? `{ ${(options[0] ?? "").replace(/,$/, "")} }` : `{\n${options.map((line) => `  ${line}`).join("\n")}\n}`;
  if (reach.direct) return `const response = await ${reach.direct(url, init, values.map(({ name, code }) => ({ name, code: /^\d+$/.test(code) ? quoted(code) : code.startsWith('"') ? code : `String(${code})` })))};`.split("\n");
  return `const response = await fetch(${url}${init === null ? "" : `, ${init}`});`.split("\n");
}

interface Assertions {
  readonly imports: readonly Import[];
  readonly equal: (actual: string, expected: string) => string;
  readonly deepEqual: (actual: string, expected: string) => string;
}

function assertions({ asserts }: TestConventions): Assertions {
  if (asserts === "expect") return { imports: [], equal: (actual, expected) => `expect(${actual}).toBe(${expected});`, deepEqual: (actual, expected) => `expect(${actual}).toEqual(${expected});` };
  if (asserts === "chai") return { imports: [fromPackage("chai", "expect")], equal: (actual, expected) => `expect(${actual}).to.equal(${expected});`, deepEqual: (actual, expected) => `expect(${actual}).to.deep.equal(${expected});` };
  return { imports: [fromPackage("node:assert/strict", "default", "assert")], equal: (actual, expected) => `assert.equal(${actual}, ${expected});`, deepEqual: (actual, expected) => `assert.deepEqual(${actual}, ${expected});` };
}

function runnerImports({ runner, globals, asserts }: TestConventions, hooks: boolean): Import[] {
  if (globals) return [];
  const names = ["describe", "it"];
  if (runner === "vitest" || runner === "jest") {
    const module = runner === "vitest" ? "vitest" : "@jest/globals";
    return [...names, ...(asserts === "expect" ? ["expect"] : []), ...(hooks ? ["beforeAll", "afterAll"] : [])].map((name) => fromPackage(module, name));
  }
  return [...names, ...(hooks ? ["before", "after"] : [])].map((name) => fromPackage("node:test", name));
}

/** Called after the file and what is tested in it. */
function freePath({ action, names, model: { tests, style } }: EndpointPlan, tested: string, has: (path: string) => boolean): string {
  const extension = style.extension;
  const stem = posix.basename(tested).replace(/\.[cm]?[jt]sx?$/, "");
  const own = stem === "index" || stem === "route" || stem.startsWith("[") ? wordsOf(names.many).join("-") : stem;
  for (const name of [own, `${own}.${action}`, ...Array.from({ length: 50 }, (_, index) => `${own}.${action}${index + 2}`)]) {
    const path = testPathOf(tested, name, tests, extension);
    if (!has(path)) return path;
  }
  return testPathOf(tested, `${own}.${action}.new`, tests, extension);
}
