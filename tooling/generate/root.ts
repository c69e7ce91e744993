import { existsSync, readdirSync } from "node:fs";
import path from "node:path";

/**
 * The text of `packages/api/src/root.generated.ts`: `AppRouter` as an explicit type through a named interface. Inferring it from one
 * router object costs the checker megabytes of text per use, and fails (TS7056) at about 1,500 procedures.
 */
export function rootText(apiFolder: string): string {
  const modules = readdirSync(apiFolder).filter((name) => existsSync(path.join(apiFolder, name, "router.ts"))).sort();
  const lines = modules.map((name) => ({ name, key: camel(name) }));
  return `// Written by \`npm run gen\`. Do not edit.
import type { kernelRouter, RootTypes } from "@coder/shared/trpc";
import type { TRPCBuiltRouter } from "@trpc/server";
${lines.map(({ name, key }) => `import type { ${key}Router } from "./${name}/router.ts";`).join("\n")}

/** Every router by its key. */
export interface AppRecord {
  kernel: (typeof kernelRouter)["_def"]["record"];
${lines.map(({ key }) => `  ${key}: (typeof ${key}Router)["_def"]["record"];`).join("\n")}
}
type AppRecordType = { [Name in keyof AppRecord]: AppRecord[Name] };

/** The whole API, for typed clients. A type only: importing it loads no module. */
export type AppRouter = TRPCBuiltRouter<RootTypes, AppRecordType>;
`;
}

function camel(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}
