import { ts } from "ts-morph";
import { FileEdit } from "../code/FileEdit.ts";
import { fromFile, fromPackage, type Import, ModuleText, typeFromPackage } from "../code/ModuleText.ts";
import { quoted } from "../code/styled.ts";
import type { MadeFile } from "../engine/snapshot.ts";
import { generationConflict, inputInvalid, targetUnsupported } from "../errors.ts";
import { samePath } from "../routes/route-map.ts";
import type { FrameworkModel } from "../target/analyse.ts";
import { fileStyle } from "../target/style-facts.ts";
import { handlerLines } from "./handler.ts";
import { refuseExisting } from "./place-route.ts";
import { type EndpointPlan, takesBody } from "./plan.ts";
import { pagesReplies, routeReplies } from "./replies.ts";
import { type Reach, testFiles } from "./test-code.ts";
import { guard, inputCode, nameOf } from "./validation.ts";

type Next = Extract<FrameworkModel, { readonly kind: "next-app" | "next-pages" }>;

/** A route file, or one more method in the one that is there. */
export function writeNext(plan: EndpointPlan, framework: Next): MadeFile[] {
  return framework.kind === "next-app" ? writeRoute(plan, framework) : writePage(plan, framework);
}

function segmentsOf(path: string): string {
  return path.split("/").filter(Boolean).map((segment) => (segment.startsWith(":") ? `[${segment.slice(1)}]` : segment)).join("/");
}

function writeRoute(plan: EndpointPlan, { map, found }: Next): MadeFile[] {
  const { sources, model, method, path, params } = plan;
  refuseExisting(map, method, path);
  const there = map.holders.find(({ mount }) => samePath(mount, path));
  const file = there?.file ?? `${map.root}/${segmentsOf(path)}/route.${model.style.typescript ? "ts" : "js"}`;
  const { json } = map;
  const replies = routeReplies(json);
  const edit = there ? new FileEdit(file, sources.text(file) ?? "", fileStyle(sources, file, model.style)) : null;
  const free = (name: string) => edit?.freeName(name) ?? name;
  const input = inputCode(plan, { free, param: (name) => (params.find((param) => param.name === name)?.type === "integer" ? `(await context.params).${name}` : name), params: "await context.params", body: "body", replies });
  // Next 15 made the parameters a promise; waiting for what is none does no harm.
  const isPromise = (found.major ?? 15) >= 15;
  const readsAll = params.length > 0 && !input.lines.some((line) => line.includes("await context.params"));
  const bodyLines = takesBody(plan) ? ["const body: unknown = await request.json().catch(() => null);"] : [];
  const names = new Map<string, string>();
  if (edit) for (const one of plan.source.imports) names.set(one.as, edit.import(one, `Takes the data from ${plan.source.label}`));
  const lines = [...(readsAll ? [`const { ${params.map(({ name }) => name).join(", ")} } = await context.params;`] : []), ...bodyLines, ...input.lines.map((line) => line.replace("safeParse(body)", "safeParse(body)")), ...handlerLines(plan, replies, names)];
  const renamedBody = clash(lines);
  const type = `{ ${params.map(({ name }) => `${name}: string`).join("; ")} }`;
  const usesRequest = renamedBody.some((line) => /\brequest\b/.test(line));
  const parameters = [params.length > 0 || usesRequest ? `${usesRequest ? "request" : "_request"}: Request` : "", params.length > 0 ? `context: { params: ${isPromise ? `Promise<${type}>` : type} }` : ""].filter((one) => one !== "").join(", ");
  const handler = [`async function ${method}(${parameters}) {`, ...renamedBody.map((line) => `  ${line}`), "}"].join("\n");
  const imports: Import[] = [...input.imports, ...(json === "NextResponse" ? [fromPackage("next/server", "NextResponse")] : [])];
  const reach = routeReach(plan, file, isPromise);
  if (!edit) {
    const module = new ModuleText(file);
    module.imports.push(...plan.source.imports, ...imports);
    module.blocks.push(...input.declarations, handler);
    module.exported.push({ name: method, isDefault: false });
    // Route files are ES modules whatever the rest is.
    const content = module.render({ ...model.style, modules: "esm" });
    return [{ path: file, kind: "create", original: null, content, reason: `The route file of ${path}: Next finds it by its place`, hunkReasons: [] }, ...testFiles(plan, file, reach)];
  }
  for (const one of imports) edit.import(one, "What the new handler needs");
  const last = edit.tree.statements.at(-1);
  if (!last) throw targetUnsupported(`${file} is empty.`);
  edit.after(last, [...input.declarations, `export ${handler}`].join("\n\n"), `Answers ${method} ${path}`);
  return [edit.made(`Adds ${method} to the route file of ${path}`), ...testFiles(plan, file, reach)];
}

/** `body` is what came in; what zod makes of it is called otherwise. */
function clash(lines: readonly string[]): string[] {
  if (!lines.some((line) => line.startsWith("const body = ")) || !lines.some((line) => line.startsWith("const body: unknown"))) return [...lines];
  return lines.map((line) => line.replace(/^const body: unknown =/, "const input: unknown =").replace("safeParse(body)", "safeParse(input)"));
}

function routeReach(plan: EndpointPlan, file: string, isPromise: boolean): Reach {
  const { method, params } = plan;
  const takesRequest = takesBody(plan);
  return {
    imports: [fromFile(file, method)], setup: [], appType: null, kind: "direct",
    direct: (url, init, values) => {
      const request = `new Request(${url}${init === null ? "" : `, ${init}`})`;
      if (params.length === 0) return `${method}(${takesRequest ? request : ""})`;
      const given = `{ ${values.map(({ name, code }) => `${name}: ${code}`).join(", ")} }`;
      return `${method}(${request}, { params: ${isPromise ? `Promise.resolve(${given})` : given} })`;
    },
  };
}

function writePage(plan: EndpointPlan, { map }: Next): MadeFile[] {
  const { sources, model, method, path, params, names } = plan;
  if (!/^\/api(?:\/|$)/.test(path)) throw inputInvalid("path", "With the Pages router every endpoint lies below /api.", `Use /api${path}.`);
  const there = map.holders.find(({ mount }) => samePath(mount, path));
  const inside = segmentsOf(path);
  const isFolder = sources.snapshot.paths.some((one) => one.startsWith(`${map.root}/${inside}/`)) || plan.id === null;
  const file = there?.file ?? `${map.root}/${inside}${isFolder ? "/index" : ""}.${model.style.typescript ? "ts" : "js"}`;
  const replies = pagesReplies("res");
  const edit = there ? new FileEdit(file, sources.text(file) ?? "", fileStyle(sources, file, model.style)) : null;
  const query = (name: string) => `String(req.query.${name})`;
  const input = inputCode(plan, { free: (name) => edit?.freeName(name) ?? name, param: query, params: "req.query", body: "req.body", replies });
  const renamed = new Map<string, string>();
  if (edit) for (const one of plan.source.imports) renamed.set(one.as, edit.import(one, `Takes the data from ${plan.source.label}`));
  const lines = [...input.lines, ...handlerLines(plan, replies, renamed)];
  const { awaited } = plan.source;
  const parameters = "req: NextApiRequest, res: NextApiResponse";
  const own = edit?.freeName(`handle${nameOf(plan)}`) ?? "";
  const types: Import[] = [typeFromPackage("next", "NextApiRequest"), typeFromPackage("next", "NextApiResponse")];
  const reach = pageReach(file);
  if (!edit) {
    const module = new ModuleText(file);
    module.imports.push(...types, ...plan.source.imports, ...input.imports);
    const refusal = [`if (req.method !== ${quoted(method)}) {`, `  res.setHeader("Allow", ${quoted(method)});`, ...replies.fail(405, quoted("Method not allowed"), model.answers.badRequest).map((line) => `  ${line}`), "}"];
    module.blocks.push(...input.declarations, [`export default ${awaited ? "async " : ""}function handler(${parameters}) {`, ...refusal.map((line) => `  ${line}`), ...lines.map((line) => `  ${line}`), "}"].join("\n"));
    module.exported.push({ name: "handler", isDefault: true });
    const content = module.render({ ...model.style, modules: "esm" });
    return [{ path: file, kind: "create", original: null, content, reason: `The route file of ${path}: Next finds it by its place`, hunkReasons: [] }, ...(params.length > 5 ? [] : testFiles(plan, file, reach))];
  }
  const handler = defaultHandler(edit.tree);
  if (!handler?.body) throw targetUnsupported(`The handler in ${file} is written in a way that is not understood.`);
  const text = handler.body.getText();
  const line = edit.tree.getLineAndCharacterOfPosition(handler.getStart()).line + 1;
  if (!/\bmethod\b/.test(text) || new RegExp(`["']${method}["']`).test(text)) throw generationConflict(file, line, `${method} ${path} is answered already, in ${file} line ${line}.`);
  const [request, response] = handler.parameters.map((parameter) => parameter.name.getText());
  if (request === undefined || response === undefined) throw targetUnsupported(`The handler in ${file} is written in a way that is not understood.`);
  const usesRequest = lines.some((each) => /\breq\b/.test(each));
  for (const one of [...types.slice(usesRequest ? 0 : 1), ...input.imports]) if (model.style.typescript || one.type !== true) edit.import(one, "What the new method needs");
  edit.into(handler.body, guard(`${request}.method === ${quoted(method)}`, [`return ${own}(${usesRequest ? `${request}, ` : ""}${response});`]).join("\n"), `Hands ${method} on to its own function`);
  const last = edit.tree.statements.at(-1);
  if (last) edit.after(last, [...input.declarations, [`${awaited ? "async " : ""}function ${own}(${usesRequest ? parameters : "res: NextApiResponse"})${awaited ? ": Promise<void>" : ": void"} {`, ...lines.map((one) => `  ${one}`), "}"].join("\n")].join("\n\n"), `Answers ${method} ${path} with ${names.words}`);
  return [edit.made(`Adds ${method} to the route file of ${path}`), ...testFiles(plan, file, reach)];
}

function defaultHandler(tree: ts.SourceFile): (ts.FunctionDeclaration & { readonly body?: ts.Block }) | null {
  for (const statement of tree.statements) {
    if (ts.isFunctionDeclaration(statement) && (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) return statement;
    if (ts.isExportAssignment(statement) && ts.isIdentifier(statement.expression)) {
      const { text } = statement.expression;
      const declared = tree.statements.find((one): one is ts.FunctionDeclaration => ts.isFunctionDeclaration(one) && one.name?.text === text);
      if (declared) return declared;
    }
  }
  return null;
}

/** A server of the test that gives the handler what Next would. */
function pageReach(file: string): Reach {
  return { imports: [fromFile(file, "default", "handler")], setup: [], appType: null, kind: "pages" };
}
