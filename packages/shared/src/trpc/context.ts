import type { Caller, UserCaller } from "../caller.ts";
import type { AuditFacts, RateLimitRule } from "./meta.ts";
import type { ServiceRef } from "./service-ref.ts";

/** Structured log; fields first. Secrets are redacted by field name, but do not rely on it. */
export interface ILogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): ILogger;
}

/** Finds out whose session a token is. Null for unknown, expired and revoked tokens alike. */
export interface ISessionPort {
  resolve(token: string): Promise<UserCaller | null>;
}

/** Decides whether a signed-in person holds a permission in the organization they act in. */
export interface IPermissionPort {
  allows(caller: UserCaller, permission: string): Promise<boolean>;
}

export type AuditOutcome = "success" | "denied" | "failure";

export interface AuditAttempt {
  readonly caller: Caller;
  /** The procedure's path, for example `auth.signIn`. */
  readonly action: string;
  readonly connection: Connection;
  readonly traceId: string;
}

export interface AuditResult extends AuditFacts {
  readonly outcome: AuditOutcome;
  readonly errorCode?: string;
}

/**
 * Records what was done. `begin` is durable before the work starts, so that nothing happens unrecorded: when it fails the
 * work is refused; when the process dies before `complete`, the entry says that the outcome is unknown.
 */
export interface IAuditPort {
  begin(attempt: AuditAttempt): Promise<{ complete(result: AuditResult): Promise<void> }>;
}

export interface IRateLimiter {
  /** Takes one from the allowance of `key`. `retryAfterSeconds` is 0 while there is some left. */
  take(key: string, rule: RateLimitRule): Promise<{ readonly remaining: number; readonly retryAfterSeconds: number }>;
}

/** Where a request came from. `address` is the client's, after trusted proxies. */
export interface Connection {
  readonly address: string;
  readonly userAgent: string;
}

/** The browser's session cookie, written by whoever signs people in and out. Absent away from the edge. */
export interface ISessionCookie {
  set(token: string, expiresAt: Date): void;
  clear(): void;
}

/** What a procedure gets. Made for each request by the host; tests with `testContext` of `@coder/testing`. */
export interface RequestContext {
  readonly caller: Caller;
  /**
   * `edge`: a browser or program outside. `service`: another module, near or far. `forwarded`: a request of the edge, handed on by the
   * process it came to, which has limited and recorded it.
   */
  readonly via: "edge" | "service" | "forwarded";
  readonly connection: Connection;
  readonly traceId: string;
  readonly signal: AbortSignal;
  readonly log: ILogger;
  readonly sessionCookie: ISessionCookie | null;
  service<Service>(ref: ServiceRef<Service>): Service;
  readonly permissions: IPermissionPort;
  readonly audit: IAuditPort;
  readonly rateLimiter: IRateLimiter;
  readonly defaultRateLimit: RateLimitRule;
}
