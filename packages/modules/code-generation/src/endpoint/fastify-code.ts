import { fromPackage, type Import } from "../code/ModuleText.ts";
import { propertyName, quoted } from "../code/styled.ts";
import { fieldType, jsonSchemaOf, typeboxType } from "./field-code.ts";
import { handlerLines } from "./handler.ts";
import { type EndpointPlan, takesBody } from "./plan.ts";
import { fastifyReplies } from "./replies.ts";
import { inputCode } from "./validation.ts";

interface RouteCode {
  readonly imports: readonly Import[];
  readonly declarations: readonly string[];
  readonly statement: string;
}

/** A route of Fastify. Its own schema checks the input, except where the project checks with zod. */
export function fastifyRoute(plan: EndpointPlan, holder: string, routePath: string, free: (name: string) => string, renamed: ReadonlyMap<string, string>): RouteCode {
  const replies = fastifyReplies("reply");
  const { model, params, fields, method } = plan;
  const withZod = model.validation === "zod";
  const partial = plan.action === "update" && method === "PATCH";
  const shown = partial ? fields.map((field) => ({ ...field, optional: true })) : fields;
  const paramTypes = params.map(({ name, type }) => `${name}: ${type === "integer" && !withZod ? "number" : "string"}`);
  const bodyType = `{ ${shown.map((field) => `${field.name}${field.optional ? "?" : ""}: ${fieldType(field)}`).join("; ")} }`;
  const generics = [...(params.length > 0 ? [`Params: { ${paramTypes.join("; ")} }`] : []), ...(takesBody(plan) ? [`Body: ${withZod ? "unknown" : bodyType}`] : [])];
  const input = withZod ? inputCode(plan, { free, param: (name) => `request.params.${name}`, params: "request.params", body: "request.body", replies }) : { imports: [], declarations: [], lines: [...(params.length > 0 ? [`const { ${params.map(({ name }) => name).join(", ")} } = request.params;`] : []), ...(takesBody(plan) ? ["const values = request.body;"] : [])] };
  const schema = withZod ? null : schemaCode(plan, shown);
  const lines = [...input.lines, ...handlerLines(plan, replies, renamed)];
  const usesReply = lines.some((line) => /\breply\b/.test(line));
  const usesRequest = lines.some((line) => /\brequest\b/.test(line));
  const parameters = usesReply ? `${usesRequest ? "request" : "_request"}, reply` : usesRequest ? "request" : "";
  const verb = method.toLowerCase();
  const head = `${holder}.${verb}${generics.length === 0 ? "" : `<{ ${generics.join("; ")} }>`}(${quoted(routePath)}, `;
  const options = schema === null ? "" : `${schema.code}, `;
  const statement = [`${head}${options}async (${parameters}) => {`, ...lines.map((line) => `  ${line}`), "});"].join("\n");
  return { imports: [...input.imports, ...(schema?.imports ?? [])], declarations: input.declarations, statement };
}

/** `{ schema: { params: …, body: … } }`; null where there is nothing to check. */
function schemaCode(plan: EndpointPlan, fields: EndpointPlan["fields"]): { readonly code: string; readonly imports: readonly Import[] } | null {
  const { params, model } = plan;
  const body = takesBody(plan);
  const checked = params.some(({ type }) => type !== "string");
  if (!checked && !body) return null;
  if (model.validation === "typebox") {
    const module = model.package.dependencies.has("typebox") && !model.package.dependencies.has("@sinclair/typebox") ? "typebox" : "@sinclair/typebox";
    const types = { string: "Type.String()", integer: "Type.Integer()", uuid: `Type.String({ format: "uuid" })` } as const;
    const parts = [...(checked ? [`    params: Type.Object({ ${params.map(({ name, type }) => `${name}: ${types[type]}`).join(", ")} }),`] : []), ...(body ? ["    body: Type.Object({", ...fields.map((field) => `      ${propertyName(field.name)}: ${typeboxType(field)},`), "    }),"] : [])];
    return { code: ["{", "  schema: {", ...parts, "  },", "}"].join("\n"), imports: [fromPackage(module, "Type")] };
  }
  const types = { string: `{ type: "string" }`, integer: `{ type: "integer" }`, uuid: `{ type: "string", format: "uuid" }` } as const;
  const required = fields.filter(({ optional }) => !optional).map(({ name }) => quoted(name));
  const parts = [
    ...(checked ? ["    params: {", `      type: "object",`, `      properties: { ${params.map(({ name, type }) => `${name}: ${types[type]}`).join(", ")} },`, `      required: [${params.map(({ name }) => quoted(name)).join(", ")}],`, "    },"] : []),
    ...(body ? ["    body: {", `      type: "object",`, "      properties: {", ...fields.map((field) => `        ${propertyName(field.name)}: ${jsonSchemaOf(field, true)},`), "      },", `      required: [${required.join(", ")}],`, "    },"] : []),
  ];
  return { code: ["{", "  schema: {", ...parts, "  },", "}"].join("\n"), imports: [] };
}
