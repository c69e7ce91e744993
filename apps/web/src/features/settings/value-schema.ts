import { z } from "zod";
import { asTitle } from "#lib/words.ts";

const SchemaShape = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.record(z.string(), z.unknown())).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});

/** How a setting is edited. `json` is for everything that has no control of its own. */
export type ValueKind =
  | { readonly kind: "boolean" }
  | { readonly kind: "choice"; readonly options: readonly string[]; readonly nullable: boolean }
  | { readonly kind: "number"; readonly integer: boolean; readonly minimum: number | undefined; readonly maximum: number | undefined; readonly nullable: boolean }
  | { readonly kind: "text"; readonly nullable: boolean }
  | { readonly kind: "json" };

/** Reads the control from the JSON Schema of the value. */
export function valueKind(schema: Readonly<Record<string, unknown>>): ValueKind {
  const parsed = SchemaShape.safeParse(schema).data;
  if (!parsed) return { kind: "json" };
  const { anyOf, minimum, maximum } = parsed;
  if (anyOf) {
    const others = anyOf.filter((option) => option["type"] !== "null");
    const [only, ...more] = others;
    if (only === undefined || more.length > 0) return { kind: "json" };
    const inner = valueKind(only);
    const nullable = others.length < anyOf.length;
    return inner.kind === "json" || inner.kind === "boolean" ? (nullable ? { kind: "json" } : inner) : { ...inner, nullable };
  }
  if (parsed.enum?.every((option) => typeof option === "string")) return { kind: "choice", options: parsed.enum, nullable: false };
  switch (parsed.type) {
    case "boolean":
      return { kind: "boolean" };
    case "integer":
    case "number":
      return { kind: "number", integer: parsed.type === "integer", minimum, maximum, nullable: false };
    case "string":
      return { kind: "text", nullable: false };
    default:
      return { kind: "json" };
  }
}

/** The value as the text in its control. */
export function editText(kind: ValueKind, value: unknown): string {
  if (kind.kind === "json") return JSON.stringify(value, null, 2) ?? "";
  return value === null || value === undefined ? "" : String(value);
}

export type ReadResult = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

/** The value that the text in a control stands for, or what is wrong with it. The server decides; this only saves a way. */
export function readText(kind: ValueKind, text: string): ReadResult {
  if ("nullable" in kind && kind.nullable && text.trim() === "") return { ok: true, value: null };
  switch (kind.kind) {
    case "boolean":
      return { ok: true, value: text === "true" };
    case "number": {
      const value = Number(text.trim());
      if (text.trim() === "" || !Number.isFinite(value)) return { ok: false, message: "Enter a number" };
      if (kind.integer && !Number.isInteger(value)) return { ok: false, message: "Enter a whole number" };
      if (kind.minimum !== undefined && value < kind.minimum) return { ok: false, message: `Enter at least ${kind.minimum}` };
      if (kind.maximum !== undefined && value > kind.maximum) return { ok: false, message: `Enter at most ${kind.maximum}` };
      return { ok: true, value };
    }
    case "json":
      try {
        return { ok: true, value: JSON.parse(text) };
      } catch (error) {
        return { ok: false, message: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` };
      }
    default:
      return { ok: true, value: text };
  }
}

/** `auth.passwords.minLength` → ["auth", "passwords", "Min length"]: where a setting belongs, and its own name in words. */
export function settingTitle(key: string): { readonly path: string; readonly name: string } {
  const parts = key.split(".");
  return { path: parts.slice(1, -1).join(" › "), name: asTitle(parts.at(-1) ?? key) };
}
