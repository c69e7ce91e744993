import { fromPackage, type Import } from "../code/ModuleText.ts";
import type { EndpointAction } from "@coder/api/code-generation";
import type { Sample, StepNames, Steps } from "./data-source.ts";
import { parentMatch } from "./data-source.ts";

/** What is done to an array of the project. */
export function arraySteps(name: string, idType: "string" | "number") {
  return (action: EndpointAction, { names, id, key, values, parents }: StepNames): Steps => {
    const conditions = [...(id === null ? [] : [`candidate.${key} === ${id}`]), ...(parents.length > 0 ? [parentMatch(parents, "candidate")] : [])].join(" && ");
    const found = `const ${names.one} = ${name}.find((candidate) => ${conditions});`;
    switch (action) {
      case "list":
        return { before: [], missing: null, after: [], result: conditions === "" ? name : `${name}.filter((candidate) => ${conditions})` };
      case "get":
        return { before: [found], missing: `!${names.one}`, after: [], result: names.one };
      case "create": {
        const next = idType === "number" ? `${name}.reduce((highest, candidate) => Math.max(highest, candidate.id), 0) + 1` : "randomUUID()";
        return { before: [`const ${names.one} = { id: ${next}, ${parents.map(({ name: parent }) => `${parent}, `).join("")}...${values} };`, `${name}.push(${names.one});`], missing: null, after: [], result: names.one };
      }
      case "update":
        return { before: [found], missing: `!${names.one}`, after: [`Object.assign(${names.one}, ${values});`], result: names.one };
      case "delete":
        return { before: [`const index = ${name}.findIndex((candidate) => ${conditions});`], missing: "index < 0", after: [`${name}.splice(index, 1);`], result: null };
    }
  };
}

export function collectionImports(action: EndpointAction, idType: "string" | "number", own: readonly Import[]): readonly Import[] {
  return action === "create" && idType === "string" ? [...own, fromPackage("node:crypto", "randomUUID")] : own;
}

export function arraySample(name: string, known: string | number | null, imports: readonly Import[]): Sample {
  if (known !== null) return { kind: "known", id: known };
  return imports.length === 0 ? { kind: "none" } : { kind: "made", awaited: false, imports, code: (fields) => `${name}[${name}.push(${fields}) - 1]` };
}
