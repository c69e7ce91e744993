import { registry } from "@coder/modules";
import { describeRest } from "@coder/shared/server";
import { stringify } from "yaml";
import type { GeneratedFile } from "./generated-file.ts";

/** Each module's `docs/openapi.yaml`: what a reader of a change sees when an operation changes. */
export function openApiFiles(): readonly GeneratedFile[] {
  return registry.map((module) => ({
    path: `packages/modules/${module.name}/docs/openapi.yaml`,
    text: `# Written by \`npm run gen\`. Do not edit.\n${stringify(JSON.parse(JSON.stringify(describeRest([module], { title: module.name, version: "0.1.0" }))), { aliasDuplicateObjects: false, lineWidth: 140 })}`,
  }));
}
