export { loggingPermissions } from "./permissions.ts";
export { AUDIT_OUTCOMES, AuditEntryPageSchema, AuditEntrySchema } from "./schemas.ts";
export type { AuditEntry, AuditEntryPage, AuditScope, BeginEntryInput, BegunEntry, ChainReport, CompleteEntryInput, GetEntryInput, ListEntriesInput } from "./schemas.ts";
export type { ILoggingService } from "./service.ts";
