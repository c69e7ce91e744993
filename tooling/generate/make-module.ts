import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

const TEMPLATE = path.join(import.meta.dirname, "template");
const FIRST_FREE_PORT = 3051;

/** The name cannot be a module's, for the reason that the message gives. */
export class NameRefused extends Error {}

/** Makes a working module that passes all walls: its folders in `api` and `modules`, its Prisma file, one registry line. Returns what it made. */
export function makeModule(root: string, name: string): string[] {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) throw new NameRefused(`A module's name is kebab-case, like knowledge-base: ${name}`);
  if (takenNames(root).includes(name)) throw new NameRefused(`${name} is the name of another part of the product`);
  const apiFolder = path.join(root, "packages/api/src", name);
  const moduleFolder = path.join(root, "packages/modules", name);
  for (const folder of [apiFolder, moduleFolder]) if (existsSync(folder)) throw new NameRefused(`${path.relative(root, folder)} exists already`);
  const spell = speller(name, nextPort(root));

  copy(path.join(TEMPLATE, "api"), apiFolder, spell);
  copy(path.join(TEMPLATE, "module"), moduleFolder, spell);
  const schema = path.join(root, "prisma/schema", `${name}.prisma`);
  writeFileSync(schema, spell(readFileSync(path.join(TEMPLATE, "schema.prisma"), "utf8")));
  writeJson(path.join(moduleFolder, "package.json"), {
    name: `@coder/${name}`, version: "0.1.0", private: true, license: "MIT", type: "module",
    exports: { ".": { types: "./dist/module.d.ts", default: "./src/module.ts" } },
    dependencies: { "@coder/api": "0.1.0", "@coder/db": "0.1.0", "@coder/shared": "0.1.0", zod: "4.6.7" },
  });
  writeJson(path.join(moduleFolder, "tsconfig.json"), {
    extends: "../../../tsconfig.base.json",
    compilerOptions: { rootDir: "src", outDir: "dist" },
    include: ["src"],
    references: ["packages/shared", "packages/api", "packages/db", "packages/testing"].map((folder) => ({ path: `../../../${folder}` })),
  });
  register(root, name, spell);
  return [apiFolder, moduleFolder, schema].map((made) => path.relative(root, made));
}

/** Packages of the product, doors of the published language that belong to no module, and the kernel's own router. */
function takenNames(root: string): readonly string[] {
  const packages = ["packages", "apps"].flatMap((parent) => readdirSync(path.join(root, parent)));
  const { exports = {} } = PartialJsonSchema.parse(JSON.parse(readFileSync(path.join(root, "packages/api/package.json"), "utf8")));
  const doors = Object.keys(exports).map((door) => door.slice(2)).filter((door) => !existsSync(path.join(root, "packages/api/src", door)));
  return ["kernel", "tooling", ...packages, ...doors];
}

/** Replaces the template's name in every spelling it has in code. */
function speller(name: string, port: number): (text: string) => string {
  const pascal = name.replace(/(^|-)([a-z0-9])/g, (_match, _dash, letter: string) => letter.toUpperCase());
  const camel = pascal.charAt(0).toLowerCase() + pascal.slice(1);
  return (text) =>
    text
      .replaceAll("sample-module", name)
      .replaceAll("SampleModule", pascal)
      .replaceAll("sampleModule", camel)
      .replaceAll("sample_", `${name.replaceAll("-", "_")}_`)
      .replaceAll("39999", String(port));
}

function copy(from: string, to: string, spell: (text: string) => string): void {
  mkdirSync(path.dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true });
  for (const entry of readdirSync(to, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    writeFileSync(file, spell(readFileSync(file, "utf8")));
    if (spell(entry.name) !== entry.name) renameSync(file, path.join(entry.parentPath, spell(entry.name)));
  }
}

function nextPort(root: string): number {
  const modules = path.join(root, "packages/modules");
  const taken = readdirSync(modules).flatMap((folder) => {
    const manifest = path.join(modules, folder, "src/module.ts");
    const port = existsSync(manifest) ? /^\s*port: (\d+),/m.exec(readFileSync(manifest, "utf8"))?.[1] : undefined;
    return port === undefined ? [] : [Number(port)];
  });
  return Math.max(FIRST_FREE_PORT - 1, ...taken) + 1;
}

function register(root: string, name: string, spell: (text: string) => string): void {
  const registry = path.join(root, "packages/modules/registry.ts");
  const variable = spell("sampleModuleModule");
  const text = readFileSync(registry, "utf8");
  const imports = [...(text.match(/^import \{ \w+ \} from "@coder\/[^"]+";$/gm) ?? []).filter((line) => !line.includes("@coder/shared")), `import { ${variable} } from "@coder/${name}";`].sort();
  const entries = [...(text.match(/^ {2}\w+Module,$/gm) ?? []), `  ${variable},`].sort();
  const body = text.slice(text.indexOf("import type"));
  writeFileSync(registry, `${imports.join("\n")}\n${body.replace(/= \[[^\]]*\]/, () => `= [\n${entries.join("\n")}\n]`)}`);

  editJson(path.join(root, "packages/modules/package.json"), (json) => ({ ...json, dependencies: sorted({ ...json.dependencies, [`@coder/${name}`]: "0.1.0" }) }));
  editJson(path.join(root, "packages/modules/tsconfig.json"), (json) => ({ ...json, references: [...(json.references ?? []), { path: name }] }));
  editJson(path.join(root, "packages/api/package.json"), (json) => ({
    ...json,
    exports: sorted({
      ...json.exports,
      [`./${name}`]: { types: `./dist/${name}/index.d.ts`, default: `./src/${name}/index.ts` },
      [`./${name}/router`]: { types: `./dist/${name}/router.d.ts`, default: `./src/${name}/router.ts` },
    }),
  }));
}

function sorted(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const PartialJsonSchema = z.looseObject({
  dependencies: z.record(z.string(), z.string()).optional(),
  exports: z.record(z.string(), z.unknown()).optional(),
  references: z.array(z.object({ path: z.string() })).optional(),
});

function editJson(file: string, edit: (json: z.output<typeof PartialJsonSchema>) => unknown): void {
  writeJson(file, edit(PartialJsonSchema.parse(JSON.parse(readFileSync(file, "utf8")))));
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
