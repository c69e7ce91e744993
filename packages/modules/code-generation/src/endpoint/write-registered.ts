import { FileEdit } from "../code/FileEdit.ts";
import { fromFile, fromPackage, type Import, ModuleText, specifierOf, typeFromPackage } from "../code/ModuleText.ts";
import { quoted } from "../code/styled.ts";
import { exportsOf } from "../engine/bindings.ts";
import type { MadeFile } from "../engine/snapshot.ts";
import { targetUnsupported } from "../errors.ts";
import type { FrameworkModel } from "../target/analyse.ts";
import { fileStyle } from "../target/style-facts.ts";
import { isTestFile } from "../target/test-facts.ts";
import { type AppAccess, appAccess } from "./app-access.ts";
import { mountPosition, pluginBody, routePosition } from "./holder-code.ts";
import { handlerLines } from "./handler.ts";
import { placeRoute, refuseExisting, type RoutePlacement } from "./place-route.ts";
import { type EndpointPlan, takesBody } from "./plan.ts";
import { expressReplies } from "./replies.ts";
import { type Reach, testFiles } from "./test-code.ts";
import { inputCode } from "./validation.ts";
import { fastifyRoute } from "./fastify-code.ts";

type Registered = Extract<FrameworkModel, { readonly kind: "express" | "fastify" }>;

/** Adds the route to an app, a router or a plugin, or makes a router and mounts it, and writes its test. */
export function writeRegistered(plan: EndpointPlan, framework: Registered): MadeFile[] {
  const { sources, model, names, method, path } = plan;
  const { map } = framework;
  refuseExisting(map, method, path);
  const access = accessOf(plan, framework);
  const placement = placeRoute(map, path, names, { naming: model.naming, extension: model.style.extension, appTestable: access !== null, has: (one) => sources.has(one) });
  if (!placement) throw targetUnsupported(`No ${framework.found.label} app was found in the sources of this project.`);
  return placement.kind === "holder" ? addToHolder(plan, framework, placement, access) : addFile(plan, framework, placement, access);
}

/** The project's own app, for tests; a plugin that is the app counts. */
function accessOf({ sources }: EndpointPlan, { kind, map }: Registered): AppAccess | null {
  for (const holder of map.holders) {
    if (holder.kind !== "app") continue;
    const access = appAccess(sources, holder);
    if (access) return access;
  }
  if (kind !== "fastify") return null;
  const root = map.holders.find((holder) => holder.kind === "plugin" && holder.mount === "" && (map.mounts.some(({ file }) => file === holder.file) || map.autoloads.some(({ file }) => file === holder.file)));
  const out = root && exportsOf(sources.tree(root.file)).find(({ name }) => name === "=" || name === "default");
  return root && out ? { file: root.file, exported: out.name, as: "app", kind: "plugin", awaited: false } : null;
}

/** One route as code: declarations that go in front, and the statement itself. */
function routeCode(plan: EndpointPlan, framework: Registered, holder: string, routePath: string, free: (name: string) => string, sourceNames: ReadonlyMap<string, string>): { readonly imports: readonly Import[]; readonly declarations: readonly string[]; readonly statement: string } {
  if (framework.kind === "fastify") return fastifyRoute(plan, holder, routePath, free, sourceNames);
  const replies = expressReplies("res");
  const input = inputCode(plan, { free, param: (name) => `req.params.${name}`, params: "req.params", body: "req.body", replies });
  const lines = [...input.lines, ...handlerLines(plan, replies, sourceNames)];
  const { awaited } = plan.source;
  // Express 4 does not see what an async handler throws.
  const safe = awaited && (framework.found.major ?? 5) < 5 ? ["try {", ...lines.map((line) => `  ${line}`), "} catch (error) {", "  next(error);", "}"] : lines;
  const usesRequest = lines.some((line) => /\breq\b/.test(line));
  const parser = takesBody(plan) && !parsesBodies(plan) ? "express.json(), " : "";
  const parameters = [usesRequest ? "req" : "_req", "res", ...(safe !== lines ? ["next"] : [])].join(", ");
  const statement = [`${holder}.${plan.method.toLowerCase()}(${quoted(routePath)}, ${parser}${awaited ? "async " : ""}(${parameters}) => {`, ...safe.map((line) => `  ${line}`), "});"].join("\n");
  return { imports: [...input.imports, ...(parser === "" ? [] : [fromPackage("express", "default", "express")])], declarations: input.declarations, statement };
}

function parsesBodies({ sources, model }: EndpointPlan): boolean {
  return model.package.sources.some((path) => !isTestFile(path) && /\.use\(\s*(?:[\w.]+\.json|json|bodyParser)\s*\(|require\(["']body-parser["']\)\.json\(/.test(sources.text(path) ?? ""));
}

function addToHolder(plan: EndpointPlan, framework: Registered, { holder, routePath }: Extract<RoutePlacement, { kind: "holder" }>, access: AppAccess | null): MadeFile[] {
  const { sources, model, method, path } = plan;
  const style = fileStyle(sources, holder.file, model.style);
  const edit = new FileEdit(holder.file, sources.text(holder.file) ?? "", style);
  const named = importSource(plan, edit);
  const { imports, declarations, statement } = routeCode(plan, framework, holder.variable, routePath, (name) => edit.freeName(name), named);
  for (const one of imports) edit.import(one, `What the new route needs`);
  const place = routePosition(edit, holder, method, routePath);
  const why = `Answers ${method} ${path}${!place || place.why === null ? "" : `; it stands ${place.why}`}`;
  const code = [...(place && isInside(edit, place.node) ? [] : declarations), statement].join("\n\n");
  const inner = place && isInside(edit, place.node) ? declarations : [];
  if (inner.length > 0) topLevel(edit, inner.join("\n\n"), `Checks the input of ${method} ${path}`);
  if (place) {
    if (place.before) edit.before(place.node, code, why);
    else edit.after(place.node, code, why);
  } else {
    const body = pluginBody(edit, holder);
    if (!body) throw targetUnsupported(`The routes in ${holder.file} are registered in a way that is not understood.`);
    edit.into(body, code, why);
  }
  const made = edit.made(`Adds ${method} ${path} where ${holder.file} registers its other routes`);
  const reach = reachOf(plan, framework, access, holder.kind === "app" ? null : { file: holder.file, mount: holder.mount, variable: holder.variable });
  return [made, ...(reach ? testFiles(plan, holder.file, reach) : [])];
}

function isInside(edit: FileEdit, node: { readonly parent: unknown }): boolean {
  return node.parent !== edit.tree;
}

/** In front of the first statement that is no import. */
function topLevel(edit: FileEdit, code: string, reason: string): void {
  const first = edit.tree.statements.find((statement) => !/^(?:import\b|(?:const|let|var)\b[\s\S]*?=\s*require\(|["']use )/.test(statement.getText()));
  if (first) edit.before(first, code, reason);
}

function importSource(plan: EndpointPlan, edit: FileEdit): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const one of plan.source.imports) {
    if (one.file && one.from === edit.path) continue;
    const as = edit.import(one, `Takes the data from ${plan.source.label}`);
    if (as !== one.as) names.set(one.as, as);
  }
  return names;
}

function addFile(plan: EndpointPlan, framework: Registered, placement: Extract<RoutePlacement, { kind: "new-file" }>, access: AppAccess | null): MadeFile[] {
  const { sources, model, names } = plan;
  const { file, sibling, siblingMount, on, mountPath, routePath } = placement;
  const isFastify = framework.kind === "fastify";
  const typescript = model.style.typescript;
  const siblingExport = sibling ? exportsOf(sources.tree(sibling.file)).find(({ local, name }) => isFastify ? name === "default" || name === "=" || local !== null : local === sibling.variable) : undefined;
  const isDefault = siblingExport ? siblingExport.name === "default" || siblingExport.name === "=" : !typescript && model.style.modules === "cjs";
  const variable = isFastify ? `${names.many}Routes` : sibling && /^(?:router|route|routes|api)$/i.test(sibling.variable) && isDefault ? sibling.variable : `${names.many}Router`;
  const module = new ModuleText(file);
  for (const one of plan.source.imports) if (!(one.file && one.from === file)) module.imports.push(one);
  const holder = isFastify ? (sibling?.variable ?? "fastify") : variable;
  const code = routeCode(plan, framework, holder, routePath, (name) => name, new Map());
  module.imports.push(...code.imports);
  if (isFastify) {
    if (typescript) module.imports.push(typeFromPackage("fastify", "FastifyPluginAsync"));
    module.blocks.push(...code.declarations, [`const ${variable}: FastifyPluginAsync = async (${holder}) => {`, ...code.statement.split("\n").map((line) => (line === "" ? "" : `  ${line}`)), "};"].join("\n"));
  } else {
    const loads = sibling && /\bexpress\.Router\(/.test(sources.text(sibling.file) ?? "") ? "express.Router()" : sibling || typescript ? "Router()" : "express.Router()";
    module.imports.push(loads === "Router()" ? fromPackage("express", "Router") : fromPackage("express", "default", "express"));
    module.blocks.push(`const ${variable} = ${loads};`, ...code.declarations, code.statement);
  }
  module.exported.push({ name: variable, isDefault });
  const made: MadeFile = { path: file, kind: "create", original: null, content: module.render(model.style), reason: `${isFastify ? "A plugin" : "A router"} for ${names.manyWords.join(" ")}${sibling ? `, like ${sibling.file}` : ""}`, hunkReasons: [] };

  const loaded = isFastify && "autoloads" in framework.map ? framework.map.autoloads.some(({ folder }) => file.startsWith(`${folder}/`)) : false;
  const files: MadeFile[] = [made];
  if (!loaded) {
    const style = fileStyle(sources, on.file, model.style);
    const edit = new FileEdit(on.file, sources.text(on.file) ?? "", style);
    const inline = siblingMount?.local === null;
    const reference = inline ? `require(${quoted(specifierOf(file, on.file, style))})` : edit.import(fromFile(file, isDefault ? "default" : variable, isDefault && variable === "router" ? `${names.many}Router` : variable), `Brings in the ${isFastify ? "plugin" : "router"} of ${names.manyWords.join(" ")}`);
    const prefix = mountPath === "" || mountPath === "/" ? null : mountPath;
    const line = isFastify ? `${on.variable}.register(${reference}${prefix === null ? "" : `, { prefix: ${quoted(prefix)} }`});` : `${on.variable}.use(${prefix === null ? "" : `${quoted(prefix)}, `}${reference});`;
    const siblingText = siblingMount ? ((sources.text(on.file) ?? "").split("\n")[siblingMount.line - 1] ?? "") : "";
    const statement = /^\s*await\b/.test(siblingText) ? `await ${line}` : line;
    const place = mountPosition(edit, on, siblingMount?.line ?? null);
    const body = place ? null : pluginBody(edit, on);
    const reason = `Mounts it at ${on.mount}${mountPath === "" ? "/" : mountPath}${siblingMount ? ", behind the one that is mounted last" : ""}`;
    if (place?.before) edit.before(place.node, statement, reason);
    else if (place) edit.after(place.node, statement, reason, siblingMount ? 1 : 2);
    else if (body) edit.into(body, statement, reason);
    else throw targetUnsupported(`The routes in ${on.file} are registered in a way that is not understood.`);
    files.push(edit.made(`Registers the ${isFastify ? "plugin" : "router"} of ${names.manyWords.join(" ")}`));
  }
  const reach = reachOf(plan, framework, access, { file, mount: `${on.mount}${mountPath}`, variable, isDefault });
  if (reach) files.push(...testFiles(plan, file, reach));
  return files;
}

/** Through the project's own app where it can be had, else through an app of the test with only this part in it. */
function reachOf(plan: EndpointPlan, framework: Registered, access: AppAccess | null, part: { readonly file: string; readonly mount: string; readonly variable: string; readonly isDefault?: boolean } | null): Reach | null {
  const { sources } = plan;
  const isFastify = framework.kind === "fastify";
  if (access && access.kind !== "plugin") {
    const name = access.exported === "=" || access.exported === "default" ? "default" : access.exported;
    const taken = access.kind === "value" && name !== "default" ? access.exported : access.as;
    const imported = fromFile(access.file, name, access.kind === "value" ? "app" : taken);
    if (access.kind === "value") return { imports: [imported], setup: [], appType: null, kind: isFastify ? "fastify" : "listen" };
    const made = `${access.awaited ? "await " : ""}${taken}()`;
    return isFastify
      ? { imports: [imported], setup: [`app = ${made};`], appType: access.awaited ? `Awaited<ReturnType<typeof ${taken}>>` : `ReturnType<typeof ${taken}>`, kind: "fastify" }
      : { imports: [imported], setup: [`const app = ${made};`], appType: null, kind: "listen" };
  }
  const fastify = fromPackage("fastify", "default", "Fastify");
  if (access && isFastify) return { imports: [fastify, fromFile(access.file, "default", "plugin")], setup: ["app = Fastify();", "await app.register(plugin);"], appType: "FastifyInstance", kind: "fastify" };
  if (!part) return null;
  const out = part.isDefault === undefined ? exportsOf(sources.tree(part.file)).find(({ local, name }) => (isFastify ? name === "default" || name === "=" || local !== null : local === part.variable)) : { name: part.isDefault ? "default" : part.variable };
  if (!out) return null;
  const name = out.name === "=" || out.name === "default" ? "default" : out.name;
  const as = name === "default" ? (isFastify ? "plugin" : "router") : name;
  const imported = fromFile(part.file, name, as);
  if (isFastify) return { imports: [fastify, imported], setup: ["app = Fastify();", `await app.register(${as}${part.mount === "" ? "" : `, { prefix: ${quoted(part.mount)} }`});`], appType: "FastifyInstance", kind: "fastify" };
  return { imports: [fromPackage("express", "default", "express"), imported], setup: ["const app = express();", "app.use(express.json());", `app.use(${part.mount === "" ? "" : `${quoted(part.mount)}, `}${as});`], appType: null, kind: "listen" };
}
