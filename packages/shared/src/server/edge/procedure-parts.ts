import type { AnyProcedure } from "@trpc/server";
import { z } from "zod";
import type { ProcedureMeta } from "../../trpc/meta.ts";
import { StreamOutput } from "../../trpc/stream-output.ts";

function isProcedureMeta(meta: unknown): meta is ProcedureMeta {
  return typeof meta === "object" && meta !== null && ("permission" in meta || "public" in meta || "audience" in meta);
}

/** Who may call a procedure and how it is reached; null when it does not say. */
export function metaOf({ _def }: AnyProcedure): ProcedureMeta | null {
  return isProcedureMeta(_def.meta) ? _def.meta : null;
}

/** Null when the procedure takes no input. */
export function inputSchemaOf({ _def }: AnyProcedure): z.ZodType | null {
  const [first, ...more] = _def.inputs;
  if (first === undefined) return null;
  if (more.length > 0 || !(first instanceof z.ZodType)) throw new Error("A procedure takes one input, described with zod");
  return first instanceof z.ZodUnknown ? null : first;
}

/** Null when the procedure does not say what it answers. */
export function outputSchemaOf({ _def }: AnyProcedure): z.ZodType | null {
  // tRPC keeps the output parser out of its types.
  const output: unknown = Reflect.get(_def, "output");
  return output instanceof z.ZodType ? output : null;
}

/** What a live stream tells; null when the procedure is none, or does not say. */
export function streamOutputOf({ _def }: AnyProcedure): StreamOutput<unknown, unknown> | null {
  const output: unknown = Reflect.get(_def, "output");
  return _def.type === "subscription" && output instanceof StreamOutput ? output : null;
}

/** The schema of one of its items. */
export function streamItemOf(procedure: AnyProcedure): z.ZodType | null {
  return streamOutputOf(procedure)?.item ?? null;
}
