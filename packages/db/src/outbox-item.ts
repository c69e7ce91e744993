import { CallerSchema } from "@coder/shared";
import { newId, type OutboxItem, type RefusedItem } from "@coder/shared/server";
import { z } from "zod";
import type { PreparedEffects, StoredRecord } from "./table-driver.ts";

const MessageSchema = z.union([
  z.object({ kind: z.literal("event"), name: z.string(), payload: z.unknown() }),
  z.object({ kind: z.literal("job"), name: z.string(), payload: z.unknown(), id: z.exactOptional(z.string()), delayMs: z.exactOptional(z.number()) }),
]);

/** How long an item that was refused is left alone. */
export const REFUSED_FOR_SECONDS = 300;

/** What waits in an outbox, as the stores keep it. */
export const OutboxItemSchema = z.object({ id: z.string(), message: MessageSchema, caller: CallerSchema, traceId: z.string().nullable(), createdAt: z.string() });

/** The effects of a write, ready to be stored with it. Their ids sort by the order they were left in. */
export function outboxItems(effects: PreparedEffects, row: StoredRecord | undefined, traceId: string | null): OutboxItem[] {
  if (effects.messages.length === 0) return [];
  const caller = effects.callerOf(row);
  const createdAt = new Date().toISOString();
  return effects.messages.map((message) => ({ id: newId(), message, caller, traceId, createdAt }));
}

/** Of those that wait, what this version can hand on, and what it cannot read: one of those must not keep it from the others. */
export function readItems(waiting: readonly { readonly id: string }[]): { readonly items: readonly OutboxItem[]; readonly unreadable: readonly RefusedItem[] } {
  const items: OutboxItem[] = [];
  const unreadable: RefusedItem[] = [];
  for (const each of waiting) {
    const item = OutboxItemSchema.safeParse(each);
    if (item.success) items.push(item.data);
    else unreadable.push({ id: each.id, reason: z.prettifyError(item.error) });
  }
  return { items, unreadable };
}
