import { CallerSchema, IsoTimeSchema, OrganizationIdSchema, pageInput, pageOf, UserIdSchema } from "@coder/shared";
import { z } from "zod";

/** `unknown`: the process died between the start and the end of the action, so whether it took effect was not seen. */
export const AUDIT_OUTCOMES = ["success", "denied", "failure", "unknown"] as const;
export const AuditOutcomeSchema = z.enum(AUDIT_OUTCOMES);

export const AuditEntrySchema = z.object({
  id: z.uuid(),
  /** Null for what no organization answers for, for example a failed sign-in with an unknown address. */
  organizationId: OrganizationIdSchema.nullable(),
  /** Position in the organization's chain, from 1, without gaps. */
  sequence: z.number().int().min(1),
  actorKind: z.enum(["anonymous", "user", "system"]),
  actorUserId: UserIdSchema.nullable(),
  /** Which part of the product acted, when it was not a person. */
  actorComponent: z.string().nullable(),
  action: z.string(),
  targetType: z.string().nullable(),
  targetId: z.string().nullable(),
  outcome: AuditOutcomeSchema,
  errorCode: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
  address: z.string(),
  userAgent: z.string(),
  traceId: z.string(),
  startedAt: IsoTimeSchema,
  completedAt: IsoTimeSchema,
  previousHash: z.string(),
  /** SHA-256 (hex) over the entry before and this entry's canonical JSON (RFC 8785). */
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntrySchema>;

/** Whose log: the caller's organization's, or what belongs to no organization. */
export const AuditScopeSchema = z.enum(["organization", "installation"]);
export type AuditScope = z.infer<typeof AuditScopeSchema>;

const entryFilter = {
  actorUserId: UserIdSchema.optional(),
  actionPrefix: z.string().min(1).max(200).optional().describe("Start of the action, for example `auth.`"),
  outcome: AuditOutcomeSchema.optional(),
  targetType: z.string().max(100).optional(),
  targetId: z.string().max(200).optional(),
  from: IsoTimeSchema.optional().describe("Completed at or after this time"),
  until: IsoTimeSchema.optional().describe("Completed before this time"),
} as const;

/** Newest first. */
export const ListEntriesInputSchema = z.object({ ...pageInput, ...entryFilter });
export type ListEntriesInput = z.output<typeof ListEntriesInputSchema>;
export const AuditEntryPageSchema = pageOf(AuditEntrySchema);
export type AuditEntryPage = z.infer<typeof AuditEntryPageSchema>;

export const GetEntryInputSchema = z.object({ id: z.uuid() });
export type GetEntryInput = z.output<typeof GetEntryInputSchema>;

/** What a check of the chain found. `brokenAt` names the first entry that is not what was written. */
export const ChainReportSchema = z.object({
  intact: z.boolean(),
  checked: z.number().int(),
  firstSequence: z.number().int().nullable(),
  lastSequence: z.number().int().nullable(),
  /** Hash of the last entry: written down elsewhere, it proves later that nothing was cut off. */
  head: z.string().nullable(),
  brokenAt: z.object({ sequence: z.number().int(), reason: z.enum(["altered", "missing", "relinked"]) }).nullable(),
});
export type ChainReport = z.infer<typeof ChainReportSchema>;

export const BeginEntryInputSchema = z.object({
  caller: CallerSchema,
  action: z.string().min(1).max(200),
  address: z.string().max(100),
  userAgent: z.string().max(500),
  traceId: z.string().max(100),
});
export type BeginEntryInput = z.output<typeof BeginEntryInputSchema>;
export const BegunEntrySchema = z.object({ id: z.uuid() });
export type BegunEntry = z.infer<typeof BegunEntrySchema>;

export const CompleteEntryInputSchema = z.object({
  id: z.uuid(),
  outcome: z.enum(["success", "denied", "failure"]),
  errorCode: z.string().max(100).optional(),
  target: z.object({ type: z.string().max(100), id: z.string().max(200) }).optional(),
  actorUserId: z.string().optional(),
  organizationId: z.string().nullable().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type CompleteEntryInput = z.output<typeof CompleteEntryInputSchema>;
