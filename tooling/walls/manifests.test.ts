import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { registry } from "@coder/modules";
import { describe, expect, it } from "vitest";
import { publishedEvents } from "../generate/module-facts.ts";
import { ROOT } from "./source.ts";

const modulesFolder = path.join(ROOT, "packages/modules");
const folders = readdirSync(modulesFolder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(path.join(modulesFolder, entry.name, "package.json")))
  .map((entry) => entry.name);

describe("the registry", () => {
  it("lists every module's folder, in the order of names, and nothing else", () => {
    expect(registry.map((module) => module.name)).toEqual(folders.toSorted());
  });

  it("gives each its own port, API base and table prefix", () => {
    for (const of of [registry.map(({ port }) => port), registry.flatMap(({ apiBase }) => apiBase), registry.map(({ tablePrefix }) => tablePrefix)]) {
      expect(new Set<unknown>(of).size).toBe(of.length);
    }
  });
});

describe.each(registry.map((module) => [module.name, module] as const))("the manifest of %s", (name, module) => {
  const home = path.join(modulesFolder, name);

  it("stands in a complete folder", () => {
    const wanted = ["README.md", "CHANGELOG.md", "config/default.yaml", "config/schema.json", "docs/openapi.yaml", "src/module.ts", "src/entities.ts"];
    expect(wanted.filter((file) => !existsSync(path.join(home, file)))).toEqual([]);
    expect(existsSync(path.join(ROOT, "packages/api/src", name, "router.ts"))).toBe(true);
  });

  it("describes every setting, and the README names each", () => {
    const readme = readFileSync(path.join(home, "README.md"), "utf8");
    const walk = (shape: Record<string, unknown>, prefix: string): string[] =>
      Object.entries(shape).flatMap(([key, schema]) => {
        const inner = typeof schema === "object" && schema !== null && "shape" in schema && typeof schema.shape === "object" && schema.shape !== null ? { ...schema.shape } : null;
        return inner ? walk(inner, `${prefix}.${key}`) : [`${prefix}.${key}`];
      });
    expect(walk(module.config.schema.shape, name).filter((key) => !readme.includes(key))).toEqual([]);
  });

  it("is in the README as it is: port, REST base, tables", () => {
    const readme = readFileSync(path.join(home, "README.md"), "utf8");
    const facts = [`| ${module.port} (`, ...module.apiBase.map((base) => `\`${base}\``), ...module.entities.map(({ table }) => `\`${table}\``)];
    expect(facts.filter((fact) => !readme.includes(fact))).toEqual([]);
  });

  it("names its tables by its prefix, and each is in its Prisma file", () => {
    const schema = readFileSync(path.join(ROOT, "prisma/schema", `${name}.prisma`), "utf8");
    expect(module.entities.filter(({ table }) => !table.startsWith(module.tablePrefix)).map(({ table }) => table)).toEqual([]);
    expect([...schema.matchAll(/@@map\("([^"]+)"\)/g)].map((match) => match[1]).sort()).toEqual(module.entities.map(({ table }) => table).sort());
  });

  it("names its Prisma models by its prefix too, because all modules share one schema", () => {
    const prefix = module.tablePrefix.replace(/(^|_)([a-z])/g, (_match, _dash, letter: string) => letter.toUpperCase()).replaceAll("_", "");
    expect(module.entities.filter(({ model }) => !model.startsWith(prefix)).map(({ model }) => model)).toEqual([]);
  });

  it("is what its published references and clients call it", () => {
    const doors = readdirSync(path.join(ROOT, "packages/api/src", name)).filter((file) => file.endsWith(".ts")).map((file) => readFileSync(path.join(ROOT, "packages/api/src", name, file), "utf8"));
    const named = doors.flatMap((text) => [...text.matchAll(/(?:clientRef|serviceRef)<[^>]*>\("([^"]+)"\)/g)].map(([, called]) => called));
    expect(named).toEqual([name, name]);
    expect(module.service.module).toBe(name);
  });

  it("binds every job that it defines, and names each by its own name", () => {
    const text = (folder: string): string[] =>
      readdirSync(folder, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts") && !entry.parentPath.includes("__fixtures__"))
        .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), "utf8"));
    const sources = text(path.join(home, "src"));
    const defined = sources.flatMap((source) => [...source.matchAll(/export const (\w+) = defineJob\(\s*"([^"]+)"/g)].map(([, variable = "", job = ""]) => ({ variable, job })));
    expect(defined.filter(({ job }) => !job.startsWith(`${name}.`))).toEqual([]);
    expect(defined.filter(({ variable }) => !sources.some((source) => new RegExp(`handleJob\\(\\s*${variable}\\b`).test(source)))).toEqual([]);
  });

  it("names its events domain.entity.action", () => {
    const part = "[a-z]+(?:[_-][a-z]+)*";
    expect(publishedEvents(ROOT, name).filter((event) => !new RegExp(`^${part}\\.${part}\\.${part}$`).test(event.name))).toEqual([]);
  });

  it("says of each event when it is published, for whoever wants to consume it", () => {
    expect(publishedEvents(ROOT, name).filter(({ description }) => description === "").map((event) => event.name)).toEqual([]);
  });

  it("names only its own permissions", () => {
    expect(Object.keys(module.permissions).filter((id) => !id.startsWith(`${name}.`))).toEqual([]);
  });
});
