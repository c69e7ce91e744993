import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { registry } from "@coder/modules";
import type { PermissionDefinition } from "@coder/shared";
import { type AnyModule, describeVariables, metaOf } from "@coder/shared/server";
import type { ProcedureMeta } from "@coder/shared/trpc";
import type { AnyProcedure } from "@trpc/server";
import type { GeneratedFile } from "./generated-file.ts";
import { consumedEvents, type EventFact, publishedEvents } from "./module-facts.ts";

/** From this line on a module's README is written by the generator. */
export const REFERENCE_MARK = "<!-- From here on written by `npm run gen`; do not edit. -->";

/** Each module's README: its own text as it stands, then the tables, which cannot become false. */
export function readmeFiles(root: string): readonly GeneratedFile[] {
  const events = registry.flatMap(({ name }) => publishedEvents(root, name));
  return registry.map((module) => {
    const file = `packages/modules/${module.name}/README.md`;
    const present = existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), "utf8") : "";
    const [own = ""] = present.split(REFERENCE_MARK);
    const consumed = consumedEvents(root, module.name, events);
    return { path: file, text: `${own.trimEnd()}\n\n${REFERENCE_MARK}\n\n${reference(module, publishedEvents(root, module.name), consumed)}` };
  });
}

function reference(module: AnyModule, published: readonly EventFact[], consumed: readonly EventFact[]): string {
  const settings = describeVariables([module]).filter((variable) => variable.module === module.name);
  return [
    section("Operations", ["Operation", "REST", "Who", "What"], operationsOf(module)),
    section("Permissions", ["Permission", "Held by", "Allows"], Object.entries(module.permissions).map(([id, permission]) => [code(id), holders(permission), permission.description])),
    section("Events", ["Event", "", "When"], [
      ...published.map(({ name, description }) => [code(name), "published", description]),
      ...consumed.map(({ name, description }) => [code(name), "consumed", description]),
    ]),
    section("Settings", ["Key", "Default", "Meaning"], settings.map(({ key, default: value, description, secret }) => [code(key), value === "" ? "–" : code(value), secret ? `${description} (secret)` : description])),
  ].filter((text) => text !== "").join("\n");
}

function operationsOf({ router, transfers = {} }: AnyModule): readonly (readonly string[])[] {
  const procedures: Readonly<Record<string, AnyProcedure>> = router._def.procedures;
  return [
    ...Object.entries(procedures).map(([name, procedure]) => {
      const meta = metaOf(procedure);
      const route = meta?.openapi ? code(`${meta.openapi.method} ${meta.openapi.path}`) : procedure._def.type === "subscription" ? "live stream" : "–";
      return [code(name), route, who(meta), meta?.openapi?.summary ?? meta?.stream?.summary ?? ""];
    }),
    ...Object.entries(transfers).map(([name, { method, path: route, permission, summary }]) => [code(name), code(`${method} ${route}`), code(permission), summary ?? ""]),
  ];
}

function who(meta: ProcedureMeta | null): string {
  if (meta === null) return "–";
  if ("permission" in meta) return code(meta.permission);
  return "public" in meta ? "anybody" : "modules";
}

function holders({ self, installation, roles }: PermissionDefinition): string {
  if (self) return "everybody, for what is theirs";
  return installation ? "people who run the installation" : roles.join(", ");
}

function section(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return `## ${title}\n\n${[line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n")}\n`;
}

function code(text: string): string {
  return `\`${text}\``;
}
