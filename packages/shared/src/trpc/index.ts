// The door for routers and their callers.
export { auditFacts } from "./audit-facts.ts";
export type {
  AuditAttempt, AuditOutcome, AuditResult, Connection, IAuditPort, ILogger, IPermissionPort, IRateLimiter, ISessionCookie, ISessionPort, RequestContext,
} from "./context.ts";
export type { AuditedCall, AuditFacts, ProcedureMeta, RateLimitRule, RestRoute } from "./meta.ts";
export { kernelPermissions, kernelRouter } from "./kernel-router.ts";
export type { IKernelService } from "./kernel-router.ts";
export { createCallerFactory, procedure, router } from "./procedure.ts";
export type { RootTypes } from "./procedure.ts";
export { createServiceClient } from "./service-client.ts";
export type { CallOptions, ClientOf, ForwardedRequest, IServiceTransport, ServiceCall, ServiceClient } from "./service-client.ts";
export { liveOf, streamOf } from "./stream-output.ts";
export { clientRef, serviceRef } from "./service-ref.ts";
export type { ClientRef, ServiceRef } from "./service-ref.ts";
