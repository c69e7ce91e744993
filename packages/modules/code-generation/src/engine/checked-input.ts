import { EndpointInputSchema, TestDataInputSchema, type EndpointInput, type GenerationInput, type GeneratorName, type TestDataInput } from "@coder/api/code-generation";
import type { z } from "zod";
import { inputInvalid } from "../errors.ts";

export type CheckedRequest = { readonly generator: "http-endpoint"; readonly input: EndpointInput } | { readonly generator: "test-data"; readonly input: TestDataInput };

const BODY_METHODS: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH"]);
const METHODS_OF = { list: ["GET"], get: ["GET"], create: ["POST", "PUT"], update: ["PUT", "PATCH", "POST"], delete: ["DELETE"] } as const;

/** The form, checked as a whole: `input_invalid` names the field that is wrong. */
export function checkedInput(generator: GeneratorName, input: GenerationInput): CheckedRequest {
  if (generator === "test-data") return { generator, input: parsed(TestDataInputSchema, input) };
  const endpoint = parsed(EndpointInputSchema, input);
  const { method, path, action, params, fields } = endpoint;
  const allowed: readonly string[] = METHODS_OF[action];
  if (!allowed.includes(method)) throw inputInvalid("method", `An endpoint with the action "${action}" takes ${allowed.join(" or ")}.`, "Choose another method or action.");
  const names = pathParams(path);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw inputInvalid("path", `The path names :${twice} twice.`, "Give each parameter a name of its own.");
  const ends = path.split("/").at(-1)?.startsWith(":") ?? false;
  if (["get", "update", "delete"].includes(action) && !ends) {
    throw inputInvalid("path", `An endpoint with the action "${action}" needs a parameter at the end of its path that names one ${endpoint.entity}.`, `Use a path such as ${path}/:id.`);
  }
  if (["list", "create"].includes(action) && ends) throw inputInvalid("path", `An endpoint with the action "${action}" answers for the whole collection.`, "Leave out the parameter at the end of the path.");
  params.forEach(({ name }, index) => {
    if (!names.includes(name)) throw inputInvalid(`params.${index}.name`, `The path has no parameter :${name}.`, "Name a parameter of the path.");
    if (params.findIndex((param) => param.name === name) !== index) throw inputInvalid(`params.${index}.name`, `The parameter ${name} is named twice.`, "Name each parameter once.");
  });
  fields.forEach(({ name }, index) => {
    if (fields.findIndex((field) => field.name === name) !== index) throw inputInvalid(`fields.${index}.name`, `The field ${name} is named twice.`, "Name each field once.");
  });
  if (BODY_METHODS.has(method) && fields.length === 0) throw inputInvalid("fields", "An endpoint that takes a body needs at least one field.", "Name the fields of the body.");
  return { generator, input: endpoint };
}

/** `/users/:id/orders/:orderId` → id, orderId. */
export function pathParams(path: string): string[] {
  return path.split("/").flatMap((segment) => (segment.startsWith(":") ? [segment.slice(1)] : []));
}

export function titleOf(request: CheckedRequest): string {
  if (request.generator === "http-endpoint") return `${request.input.method} ${request.input.path}`;
  return request.input.tables.map(({ type, rows }) => `${rows} × ${type}`).join(", ").slice(0, 500);
}

function parsed<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw inputInvalid(issue?.path.join(".") ?? "", `The form is not complete: ${issue?.message ?? "it is of another generator"}.`, "Fill in the form of this generator.");
}
