import { AppError } from "../../../app-error.ts";
import { parseJsonText, refuseHostileText } from "../request-body.ts";
import type { OperationInput } from "./operations.ts";

export interface RestRequestParts {
  readonly parameters: ReadonlyMap<string, string>;
  readonly query: string;
  readonly body: string;
}

/** Splits and decodes the path below `/api/v1`. */
export function pathSegments(path: string): readonly string[] {
  try {
    return path.slice(1).replace(/\/$/, "").split("/").map(decodeURIComponent);
  } catch {
    throw new AppError("invalid", "malformed_path", "The path has a broken % sequence.", { remedy: "Encode each part of the path with encodeURIComponent." });
  }
}

/**
 * Puts a procedure's input together: the fields in the path, then those in the query or the JSON body. The schema decides
 * afterwards, so nothing is dropped or defaulted here; unknown fields go along for it to refuse or strip.
 */
export function assembleInput(input: OperationInput, { parameters, query, body }: RestRequestParts): unknown {
  const fromPath = [...parameters].map(([name, text]) => [name, input.path.get(name)?.([checked(text)]) ?? text] as const);
  if (!input.body) {
    const fields = [...readQuery(input, query), ...fromPath];
    return fields.length === 0 && input.optional ? undefined : Object.fromEntries(fields);
  }
  const value = parseJsonText(body);
  if (fromPath.length === 0) return value;
  if (value !== undefined && (typeof value !== "object" || value === null || Array.isArray(value))) {
    throw new AppError("invalid", "invalid_input", "The body is not a JSON object.", { remedy: "Send the fields as one JSON object." });
  }
  return { ...value, ...Object.fromEntries(fromPath) };
}

function readQuery(input: OperationInput, query: string): [string, unknown][] {
  const texts = new Map<string, string[]>();
  for (const [name, text] of new URLSearchParams(query)) {
    checked(name);
    const known = texts.get(name);
    if (known) known.push(checked(text));
    else texts.set(name, [checked(text)]);
  }
  return [...texts].map(([name, values]) => [name, input.query.get(name)?.(values) ?? (values.length === 1 ? values[0] : values)]);
}

function checked(text: string): string {
  refuseHostileText(text);
  return text;
}
