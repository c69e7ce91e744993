import type { AuditFacts } from "@coder/shared/trpc";
import { z } from "zod";
import { ChangedSettingSchema, GetSettingInputSchema } from "./schemas.ts";

/** Which setting was changed, and from what to what: no secret can be stored, so values may be told. */
export function describeChange({ input, output }: { readonly input: unknown; readonly output: unknown }): AuditFacts {
  const change = ChangedSettingSchema.safeParse(output).data?.change;
  if (change) {
    const { id, key, action, from, to, rollsBack } = change;
    return { target: { type: "setting", id: key }, details: { changeId: id, action, from, to, ...(rollsBack === null ? {} : { rollsBack }) } };
  }
  const key = GetSettingInputSchema.safeParse(input).data?.key;
  if (key !== undefined) return { target: { type: "setting", id: key } };
  const id = z.object({ id: z.uuid() }).safeParse(input).data?.id;
  return id === undefined ? {} : { target: { type: "setting-change", id } };
}
