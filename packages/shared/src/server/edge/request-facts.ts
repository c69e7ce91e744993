import type { Caller } from "../../caller.ts";
import type { Connection, ISessionCookie, RequestContext } from "../../trpc/context.ts";

/** What is known of one call before its procedure runs; the host makes the `RequestContext` from it. */
export interface RequestFacts {
  readonly caller: Caller;
  readonly via: RequestContext["via"];
  readonly connection: Connection;
  readonly traceId: string;
  /** Aborts when whoever asked has gone or does not wait any longer. */
  readonly signal: AbortSignal;
  readonly sessionCookie: ISessionCookie | null;
}
