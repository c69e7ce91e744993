// The browser-safe door: nothing here may touch Node.
export { AppError, AppErrorDataSchema, isAppError } from "./app-error.ts";
export type { AppErrorData, AppErrorOptions, ErrorKind } from "./app-error.ts";
// Transfers name it where the browser reads them; it touches nothing but schemas.
export { auditFacts } from "./trpc/audit-facts.ts";
export { actorOf, ANONYMOUS, CallerSchema, organizationOf, personOf, systemCaller } from "./caller.ts";
export type { Caller, SystemCaller, UserCaller } from "./caller.ts";
export { findSecrets, isEnvironmentFile } from "./find-secrets.ts";
export type { FoundSecret } from "./find-secrets.ts";
export { DoneSchema, EmailSchema, IsoTimeSchema, nameSchema, NoInputSchema, VersionSchema } from "./common-schemas.ts";
export type { Done } from "./common-schemas.ts";
export { defineEvent } from "./define-event.ts";
export type { EventDefinition, EventMessage } from "./define-event.ts";
export { defineJob } from "./define-job.ts";
export type { EnqueueOptions, JobDefinition, JobMessage, JobOptions } from "./define-job.ts";
export { defineTransfer, transferPath } from "./define-transfer.ts";
export type { DownloadDefinition, TransferCatalogue, TransferDefinition, UploadDefinition } from "./define-transfer.ts";
export { OrganizationIdSchema, SessionIdSchema, UserIdSchema } from "./ids.ts";
export type { OrganizationId, SessionId, UserId } from "./ids.ts";
export { LIVE_SOCKET_PATH, resumeInput } from "./live.ts";
export type { LiveItem } from "./live.ts";
export { pageInput, pageOf } from "./page.ts";
export type { Page } from "./page.ts";
export { definePermissions, ORGANIZATION_ROLES } from "./permissions.ts";
export type { OrganizationRole, PermissionCatalogue, PermissionDefinition } from "./permissions.ts";
export type { HealthCheck, HealthReport, HealthSummary } from "./health.ts";
export { waitInWords } from "./wait-in-words.ts";
