import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { rootText } from "../generate/root.ts";
import { countFinding, type Benchmark, type Finding } from "./report.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const PROCEDURES_PER_ROUTER = 16;
const PAGES = 48;
/** From the style guide: the root's declaration stays small, and a page pays for the routers it uses. */
const ROOT_DECLARATION_BYTES = 64 * 1024;
const WEB_INSTANTIATIONS = 2_000_000;

/** Type-check of `AppRouter` at 4 and at 48 routers: generated routers of the product's own shape, and pages that call them. */
export const typecheckBenchmark: Benchmark = {
  name: "Type-check of AppRouter at 4 and at 48 routers",
  run: async () => {
    const [small, large] = [measure(4), measure(48)];
    const findings: Finding[] = [
      countFinding("Declaration of the root at 48 routers", large.rootBytes, ROOT_DECLARATION_BYTES, "bytes"),
      countFinding("Type instantiations of 48 pages at 48 routers", large.web.instantiations, WEB_INSTANTIATIONS, "instantiations"),
      countFinding("The same pages, 48 routers against 4", round(large.web.instantiations / small.web.instantiations), 12, "times the instantiations (12 times the routers)"),
      countFinding("Memory to check the pages at 48 routers", round(large.web.memoryMb), 1024, "MB"),
    ];
    return findings;
  },
};

interface Check {
  readonly instantiations: number;
  readonly memoryMb: number;
}

function measure(routers: number): { readonly rootBytes: number; readonly web: Check } {
  const folder = mkdtempSync(path.join(tmpdir(), "coder-types-"));
  try {
    const api = path.join(folder, "api");
    writeSource(path.join(folder, "package.json"), JSON.stringify({ type: "module" }));
    const names = Array.from({ length: routers }, (_unused, index) => `module-${index}`);
    for (const [index, name] of names.entries()) writeSource(path.join(api, "src", name, "router.ts"), routerText(index));
    writeSource(path.join(api, "src/root.generated.ts"), rootText(path.join(api, "src")));
    symlinkSync(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"));
    const options = { extends: path.join(ROOT, "tsconfig.base.json"), compilerOptions: { rootDir: "src", outDir: "dist" }, include: ["src"] };
    writeSource(path.join(api, "tsconfig.json"), JSON.stringify(options));
    const web = path.join(folder, "web");
    for (let page = 0; page < PAGES; page++) writeSource(path.join(web, "src", `page-${page}.ts`), pageText(page % routers, page));
    writeSource(path.join(web, "tsconfig.json"), JSON.stringify({ ...options, compilerOptions: { ...options.compilerOptions, lib: ["es2024", "dom"] }, references: [] }));
    check(api);
    return { rootBytes: statSync(path.join(api, "dist/root.generated.d.ts")).size, web: check(web) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function check(folder: string): Check {
  const { stdout, stderr, status } = spawnSync(path.join(ROOT, "node_modules/.bin/tsc"), ["-p", folder, "--extendedDiagnostics"], { encoding: "utf8" });
  if (status !== 0) throw new Error(`The generated routers do not type-check:\n${stdout.slice(0, 2_000)}${stderr}`);
  const figure = (label: string) => Number(new RegExp(`^${label}:\\s+([\\d,]+)`, "m").exec(stdout)?.[1]?.replaceAll(",", "") ?? Number.NaN);
  return { instantiations: figure("Instantiations"), memoryMb: figure("Memory used") / 1024 };
}

function routerText(index: number): string {
  const fields = Array.from({ length: 14 }, (_unused, field) => `  field${field}: ${["z.string()", "z.number().int()", "z.boolean()", "z.iso.datetime().nullable()"][field % 4]},`).join("\n");
  const procedures = Array.from({ length: PROCEDURES_PER_ROUTER }, (_unused, number) => {
    const meta = `.meta({ permission: "module-${index}.entity.${number % 2 ? "write" : "read"}", openapi: { method: "${number % 2 ? "POST" : "GET"}", path: "/module-${index}/${number}" } })`;
    const input = number % 3 === 0 ? "z.object({ ...pageInput, name: z.string().optional() })" : "EntitySchema.partial().extend({ id: z.uuid() })";
    const output = number % 3 === 0 ? "pageOf(EntitySchema)" : "EntitySchema";
    return `  operation${number}: procedure${meta}.input(${input}).output(${output}).${number % 2 ? "mutation" : "query"}(({ ctx, input }) => ctx.service(ref).run(ctx.caller, input)),`;
  }).join("\n");
  return `import { pageInput, pageOf, type Caller } from "@coder/shared";
import { procedure, router, serviceRef } from "@coder/shared/trpc";
import { z } from "zod";
const EntitySchema = z.object({ id: z.uuid(), kind${index}: z.literal("k${index}"),
${fields}
});
const ref = serviceRef<{ run(caller: Caller, input: unknown): Promise<never> }>("module-${index}");
export const module${index}Router = router({
${procedures}
});
`;
}

function pageText(router: number, page: number): string {
  const calls = [1, 2, 4, 5].map((number) => `await client.module${router}.operation${number}.${number % 2 ? "mutate" : "query"}({ id: "x", field0: "y" })`);
  return `import { createTRPCClient, httpBatchLink } from "@trpc/client";
import type { AppRouter } from "../../api/dist/root.generated.js";
const client = createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: "/api/trpc" })] });
export async function page${page}() { const all = [${calls.join(", ")}]; return all.map((item) => item.field0.toUpperCase() + item.kind${router}); }
`;
}

function writeSource(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
