import { registry } from "@coder/modules";
import { describeVariables, moduleConfigSchema, type VariableDescription } from "@coder/shared/server";
import { LAUNCHER_VARIABLES } from "../launcher/environment.mjs";
import type { GeneratedFile } from "./generated-file.ts";

/** `.env.example` and each module's `config/schema.json`, from the schemas and the shipped defaults. */
export function configFiles(): readonly GeneratedFile[] {
  const schemas = registry.map((module) => ({
    path: `packages/modules/${module.name}/config/schema.json`,
    text: `${JSON.stringify(moduleConfigSchema(module), null, 2)}\n`,
  }));
  return [{ path: ".env.example", text: envExample(describeVariables(registry)) }, ...schemas];
}

const HEAD = `# Every environment variable of Coder IDE with its default. Written by \`npm run gen\`; do not edit.
#
# None has to be set. A variable outranks the operator's YAML and the settings page, so set only what should be fixed.
# An empty variable counts as not set. Secrets can also be given as NAME_FILE: the path of a file that holds the value.
# Lists are comma-separated. CODER_SERVICES takes JSON, or one field each: CODER_SERVICES__LOGGING__URL=http://10.0.0.7:3014
`;

function envExample(variables: readonly VariableDescription[]): string {
  const groups = [...new Set(variables.map(groupOf))].map((title) => group(title, variables.filter((variable) => groupOf(variable) === title)));
  // The launcher also hands on some that are settings: those stand with their module.
  const settings = new Set(variables.map(({ name }) => name));
  const launcher = LAUNCHER_VARIABLES.filter(({ name }) => !settings.has(name)).map((variable) => ({ ...variable, secret: false }));
  return [HEAD, ...groups, group("npm start", launcher)].join("\n");
}

/** The kernel's by section, the modules' by module. */
function groupOf({ key, module }: VariableDescription): string {
  return module ?? key.replace(/\..*$/, "");
}

function group(title: string, variables: readonly Pick<VariableDescription, "name" | "description" | "default" | "secret">[]): string {
  const lines = variables.map(({ name, description, default: value, secret }) => `# ${description}${secret ? ` (secret; or ${name}_FILE)` : ""}\n#${name}=${value}\n`);
  return `# --- ${title} ---\n\n${lines.join("\n")}`;
}
