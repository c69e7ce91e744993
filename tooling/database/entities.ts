import { globSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { EntityDescriptor } from "@coder/db";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Every module's entity descriptors, straight from their files: a module that does not compile yet has its tables all the same. */
export async function readEntities(): Promise<readonly EntityDescriptor[]> {
  const files = globSync("packages/modules/*/src/entities.ts", { cwd: ROOT }).sort();
  const modules = await Promise.all(files.map((file): Promise<Record<string, unknown>> => import(pathToFileURL(path.join(ROOT, file)).href)));
  return modules.flatMap((exports) => Object.values(exports).filter(isEntity));
}

function isEntity(value: unknown): value is EntityDescriptor {
  return typeof value === "object" && value !== null && "table" in value && "model" in value && "schema" in value && "tenancy" in value;
}
