import { z } from "zod";
import type { AuditedCall, AuditFacts } from "./meta.ts";

type Describe = (io: Omit<AuditedCall, "caller">) => AuditFacts;

/**
 * How a call reads in the audit log: its target by `idField`, from the output or, where the call failed, from the input when that is
 * a well-formed id; and as details the listed fields of the output. Never a whole input: it is hostile, and may hold secrets.
 */
export function auditFacts<Output extends z.ZodObject>(
  target: string,
  idField: string,
  output: Output,
  fields: readonly (keyof z.output<Output> & string)[] = [],
): Describe {
  const IdSchema = z.object({ [idField]: z.uuid() });
  return (io) => {
    const done = output.safeParse(io.output).data;
    const id = (IdSchema.safeParse(io.output).data ?? IdSchema.safeParse(io.input).data)?.[idField];
    return {
      ...(id === undefined ? {} : { target: { type: target, id } }),
      ...(done === undefined || fields.length === 0 ? {} : { details: Object.fromEntries(fields.map((field) => [field, done[field]])) }),
    };
  };
}
