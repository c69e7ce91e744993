import type { Caller } from "../caller.ts";

/** How an operation is reached over REST, and what the OpenAPI document says of it. */
export interface RestRoute {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/api/v1`, with parameters in braces: `/logs/{id}`. */
  readonly path: `/${string}`;
  readonly tags?: string[];
  readonly summary?: string;
}

export interface RateLimitRule {
  readonly limit: number;
  readonly windowSeconds: number;
  /** `address` for what anonymous people can call, `caller` otherwise. */
  readonly by: "address" | "caller";
  /** Refuse when the shared counter does not answer, instead of counting per process: for what must not be guessed at, like passwords. */
  readonly failClosed?: true;
}

/** What an audit entry tells about one call beyond actor, action and outcome. */
export interface AuditFacts {
  readonly target?: { readonly type: string; readonly id: string };
  /** Set where the caller was anonymous and the call found out who it is (sign-in). */
  readonly actorUserId?: string;
  readonly organizationId?: string | null;
  /** What changed, as JSON without secrets: `{ role: { from: "member", to: "admin" } }`. */
  readonly details?: Record<string, unknown>;
}

/** `output` is null when the call failed. Input is what the client sent, not yet validated: treat it as hostile. */
export interface AuditedCall {
  readonly caller: Caller;
  readonly input: unknown;
  readonly output: unknown;
}

export interface AuditRule {
  /** Mutations that arrive at the edge are always recorded; `always` also records a query (a sensitive read). */
  readonly always?: true;
  /** Not recorded: what a page does by itself many times a minute for its own person alone, like keeping a draft. */
  readonly never?: true;
  /** What the entry tells beyond who did what, and how it ended. */
  readonly describe?: (io: AuditedCall) => AuditFacts;
}

interface CommonMeta {
  readonly openapi?: RestRoute;
  /** What the document says of a live stream, which has no route. */
  readonly stream?: { readonly tags?: string[]; readonly summary?: string };
  readonly rateLimit?: RateLimitRule;
  readonly audit?: AuditRule;
}

/** Every procedure says who may call it, in exactly one of three ways. A procedure without one does not start. */
export type ProcedureMeta =
  | (CommonMeta & { readonly permission: string })
  | (CommonMeta & { readonly public: true })
  | (CommonMeta & { readonly audience: "internal" });
