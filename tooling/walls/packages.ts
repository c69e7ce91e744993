import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { ROOT } from "./source.ts";

const ManifestSchema = z.object({
  name: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  exports: z.record(z.string(), z.unknown()).default({}),
});

export interface WorkspacePackage extends z.output<typeof ManifestSchema> {
  /** Folder from the root, for example `packages/modules/logging`. */
  readonly folder: string;
}

/** Which packages may import which. The one dependency rule: shared ← api ← modules ← gateway, worker; shared ← db, sandbox ← modules; api ← work-tree ← modules; web sees api and shared. */
export const MAY_IMPORT: readonly { readonly role: string; readonly folder: RegExp; readonly allowed: RegExp }[] = [
  { role: "shared", folder: /^packages\/shared$/, allowed: /^$/ },
  { role: "api", folder: /^packages\/api$/, allowed: /^@coder\/shared(\/trpc)?$/ },
  { role: "db", folder: /^packages\/db$/, allowed: /^@coder\/shared(\/server)?$/ },
  { role: "sandbox", folder: /^packages\/sandbox$/, allowed: /^@coder\/shared(\/server|\/trpc)?$/ },
  { role: "work-tree", folder: /^packages\/work-tree$/, allowed: /^@coder\/(shared(\/server)?|api\/workspace)$/ },
  { role: "testing", folder: /^packages\/testing$/, allowed: /^@coder\/(shared|api|db)(\/.*)?$/ },
  { role: "module", folder: /^packages\/modules\/[^/]+$/, allowed: /^@coder\/(shared|api|db|sandbox|work-tree)(\/.*)?$/ },
  { role: "registry", folder: /^packages\/modules$/, allowed: /^@coder\/(shared\/server|(?!(api|db|gateway|sandbox|shared|testing|tooling|web|work-tree|worker)$)[a-z-]+)$/ },
  { role: "app", folder: /^apps\/(gateway|worker)$/, allowed: /^@coder\/(shared\/server|shared|modules|api.*)$/ },
  { role: "web", folder: /^apps\/web$/, allowed: /^@coder\/(shared|api(\/[a-z-]+)?)$/ },
  { role: "tooling", folder: /^tooling$/, allowed: /^@coder\/.*$/ },
];

export function readPackages(): WorkspacePackage[] {
  return globSync(["packages/*/package.json", "packages/modules/*/package.json", "apps/*/package.json", "tooling/package.json"], { cwd: ROOT }).map((file) => ({
    ...ManifestSchema.parse(JSON.parse(readFileSync(path.join(ROOT, file), "utf8"))),
    folder: path.dirname(file).replaceAll(path.sep, "/"),
  }));
}

/** The package a file lies in: the one with the longest matching folder. */
export function packageOf(file: string, packages: readonly WorkspacePackage[]): WorkspacePackage | undefined {
  return packages.filter((item) => file.startsWith(`${item.folder}/`)).sort((a, b) => b.folder.length - a.folder.length)[0];
}
