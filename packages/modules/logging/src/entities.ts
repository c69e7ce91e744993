import { AuditEntrySchema } from "@coder/api/logging";
import { defineEntity, type RowOf } from "@coder/db";
import { CallerSchema, IsoTimeSchema, OrganizationIdSchema } from "@coder/shared";
import { z } from "zod";

/** One row per entry of a chain. `(chainId, sequence)` is unique: two writers cannot fork a chain. */
export const auditEntryEntity = defineEntity({
  table: "audit_logs",
  noun: "entry",
  model: "AuditLog",
  schema: AuditEntrySchema.extend({ chainId: z.string() }),
  tenancy: "organization",
  unique: [["chainId", "sequence"]],
  indexes: [["organizationId", "sequence"], ["chainId", "completedAt"], ["organizationId", "actorUserId"]],
});
export type AuditRow = RowOf<typeof auditEntryEntity>;

/** An action that has begun and of which no outcome is known yet. Its id becomes the entry's. */
export const auditIntentEntity = defineEntity({
  table: "audit_intents",
  noun: "intent",
  model: "AuditIntent",
  schema: z.object({
    id: z.uuid(),
    caller: CallerSchema,
    action: z.string(),
    address: z.string(),
    userAgent: z.string(),
    traceId: z.string(),
    startedAt: IsoTimeSchema,
  }),
  tenancy: "system",
  indexes: [["startedAt"]],
});
export type AuditIntent = RowOf<typeof auditIntentEntity>;

/** One row per chain: how far retention has removed its beginning, and the hash the rest must link to. */
export const auditChainEntity = defineEntity({
  table: "audit_chains",
  model: "AuditChain",
  schema: z.object({
    id: z.string(),
    organizationId: OrganizationIdSchema.nullable(),
    prunedThrough: z.number().int(),
    prunedHash: z.string(),
  }),
  tenancy: "system",
});
