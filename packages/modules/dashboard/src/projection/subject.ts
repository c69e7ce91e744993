import { z } from "zod";

const PayloadSchema = z.record(z.string(), z.unknown());
const IdSchema = z.uuid();
/** Who asked is told otherwise. */
const NOT_SUBJECTS: readonly string[] = ["organizationId", "userId", "id"];

/** What a job is about: the first id that its payload names. `{ projectId }` → a project. */
export function subjectOf(payload: unknown): { readonly type: string; readonly id: string } | null {
  const fields = PayloadSchema.safeParse(payload).data ?? {};
  for (const [name, value] of Object.entries(fields)) {
    const id = IdSchema.safeParse(value).data;
    if (id !== undefined && name.endsWith("Id") && !NOT_SUBJECTS.includes(name)) return { type: name.slice(0, -2).slice(0, 100), id };
  }
  return null;
}
