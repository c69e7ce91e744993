import type { EndpointField, EndpointParam } from "@coder/api/code-generation";
import { fromPackage, type Import } from "../code/ModuleText.ts";
import { propertyName, quoted } from "../code/styled.ts";
import { withArticle } from "../engine/names.ts";
import { expectation, fieldType, jsonSchemaOf, mismatch, UUID_PATTERN, zodType } from "./field-code.ts";
import { type EndpointPlan, takesBody } from "./plan.ts";
import type { Replies } from "./replies.ts";

/** How the input of a handler is checked: declarations above it, and lines at its beginning. */
export interface InputCode {
  readonly imports: readonly Import[];
  /** In front of the handler, at the top of the file. */
  readonly declarations: readonly string[];
  readonly lines: readonly string[];
}

export interface InputNames {
  /** A name that is not taken in the file. */
  readonly free: (name: string) => string;
  /** How the framework gives a parameter: `req.params.id`. */
  readonly param: (name: string) => string;
  /** All of them as an object. */
  readonly params: string;
  readonly body: string;
  readonly replies: Replies;
}

const MESSAGE = `error.issues.map(({ path, message }) => \`\${path.join(".")}: \${message}\`).join(", ")`;

/** With zod or Ajv where the project uses them, by hand otherwise. @param bodyOnly parameters are checked by the framework */
export function inputCode(plan: EndpointPlan, at: InputNames): InputCode {
  const parts = [paramsCode(plan, at), ...(takesBody(plan) ? [bodyCode(plan, at)] : [])];
  return { imports: parts.flatMap(({ imports }) => imports), declarations: parts.flatMap(({ declarations }) => declarations), lines: parts.flatMap(({ lines }) => lines) };
}

function paramsCode(plan: EndpointPlan, at: InputNames): InputCode {
  const { params, model } = plan;
  const fail = (message: string) => at.replies.fail(400, message, model.answers.badRequest);
  if (params.length === 0) return { imports: [], declarations: [], lines: [] };
  if (model.validation === "zod" && params.some(({ type }) => type !== "string")) {
    const schema = at.free(`${nameOf(plan)}ParamsSchema`);
    const types = { string: "z.string()", integer: "z.coerce.number().int()", uuid: "z.string().uuid()" } as const;
    return {
      imports: [fromPackage("zod", "z")],
      declarations: [`const ${schema} = z.object({\n${params.map(({ name, type }) => `  ${name}: ${types[type]},`).join("\n")}\n});`],
      lines: [
        `const params = ${schema}.safeParse(${at.params});`,
        ...guard("!params.success", fail(`params.${MESSAGE}`)),
        `const { ${params.map(({ name }) => name).join(", ")} } = params.data;`,
      ],
    };
  }
  return { imports: [], declarations: [], lines: params.flatMap((param) => checkedParam(param, at, fail)) };
}

function checkedParam({ name, type }: EndpointParam, at: InputNames, fail: (message: string) => string[]): string[] {
  const given = at.param(name);
  if (type === "integer") return [`const ${name} = Number(${given});`, ...guard(`!Number.isSafeInteger(${name})`, fail(quoted(`${name} must be an integer`)))];
  const read = given === name ? [] : [`const ${name} = ${given};`];
  return type === "uuid" ? [...read, ...guard(`!/${UUID_PATTERN}/.test(${name})`, fail(quoted(`${name} must be a UUID`)))] : read;
}

function bodyCode(plan: EndpointPlan, at: InputNames): InputCode {
  const { model, fields, names, method } = plan;
  const partial = plan.action === "update" && method === "PATCH";
  const shown = partial ? fields.map((field) => ({ ...field, optional: true })) : fields;
  const fail = (message: string) => at.replies.fail(400, message, model.answers.badRequest);
  if (model.validation === "zod") {
    const schema = at.free(`${nameOf(plan)}BodySchema`);
    return {
      imports: [fromPackage("zod", "z")],
      declarations: [`const ${schema} = z.object({\n${shown.map((field) => `  ${propertyName(field.name)}: ${zodType(field)},`).join("\n")}\n});`],
      lines: [`const body = ${schema}.safeParse(${at.body});`, ...guard("!body.success", fail(`body.${MESSAGE}`)), "const values = body.data;"],
    };
  }
  if (model.validation === "ajv") {
    const check = at.free(`check${nameOf(plan)}Body`);
    const ajv = at.free("ajv");
    const type = `{ ${shown.map((field) => `${field.name}${field.optional ? "?" : ""}: ${fieldType(field)}`).join("; ")} }`;
    const required = shown.filter(({ optional }) => !optional).map(({ name }) => quoted(name));
    const schema = `{\n  type: "object",\n  properties: {\n${shown.map((field) => `    ${propertyName(field.name)}: ${jsonSchemaOf(field, false)},`).join("\n")}\n  },\n  required: [${required.join(", ")}],\n}`;
    return {
      imports: [model.style.typescript ? fromPackage("ajv", "Ajv") : fromPackage("ajv", "default", "Ajv")],
      declarations: [`const ${ajv} = new Ajv();\nconst ${check} = ${ajv}.compile<${type}>(${schema});`],
      lines: [`const values: unknown = ${at.body};`, ...guard(`!${check}(values)`, fail(`${ajv}.errorsText(${check}.errors)`))],
    };
  }
  const read = at.free(`read${names.type}`);
  return { imports: [], declarations: [readerCode(read, shown, names.words)], lines: [`const values = ${read}(${at.body});`, ...guard(`typeof values === "string"`, fail("values"))] };
}

/** A function that takes anything and gives the fields, or what is wrong with them. */
function readerCode(name: string, fields: readonly EndpointField[], words: string): string {
  const type = `{ ${fields.map((field) => `${field.name}${field.optional ? "?" : ""}: ${fieldType(field)}`).join("; ")} }`;
  const checks = fields.flatMap((field) => {
    const wrong = field.list ? `!Array.isArray(${field.name}) || ${field.name}.some((item) => ${mismatch("item", field.type)})` : mismatch(field.name, field.type);
    return guard(field.optional ? `${field.name} !== undefined && (${wrong})` : wrong, [`return ${quoted(expectation(field))};`]);
  });
  const required = fields.filter(({ optional }) => !optional).map((field) => field.name);
  const optional = fields.filter((field) => field.optional).map((field) => `...(${field.name} === undefined ? {} : { ${field.name} })`);
  return [
    `/** What the body says of ${withArticle(words)}, or what is wrong with it. */`,
    `function ${name}(body: unknown): ${type} | string {`,
    `  if (typeof body !== "object" || body === null) {`,
    `    return "The body must be an object";`,
    "  }",
    `  const { ${fields.map((field) => field.name).join(", ")} } = body as Record<string, unknown>;`,
    ...checks.map((line) => `  ${line}`),
    `  return { ${[...required, ...optional].join(", ")} };`,
    "}",
  ].join("\n");
}

export function guard(condition: string, lines: readonly string[]): string[] {
  return [`if (${condition}) {`, ...lines.map((line) => `  ${line}`), "}"];
}

/** `CreateUser`. */
export function nameOf({ action, names }: Pick<EndpointPlan, "action" | "names">): string {
  return `${action.charAt(0).toUpperCase()}${action.slice(1)}${action === "list" ? names.typePlural : names.type}`;
}
