import path from "node:path";
import { configFiles } from "./config-files.ts";
import type { GeneratedFile } from "./generated-file.ts";
import { openApiFiles } from "./openapi-files.ts";
import { readmeFiles } from "./readme-files.ts";
import { rootText } from "./root.ts";

/** Everything that is generated and committed. */
export function generatedFiles(root: string): readonly GeneratedFile[] {
  return [
    { path: "packages/api/src/root.generated.ts", text: rootText(path.join(root, "packages/api/src")) },
    ...configFiles(),
    ...openApiFiles(),
    ...readmeFiles(root),
  ];
}
