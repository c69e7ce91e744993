import type { IncomingMessage, ServerResponse } from "node:http";
import type { Connection } from "../../trpc/context.ts";

/** One request and its answer, with what the edge found out about it on arrival. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  /** As sent, without the question mark. */
  readonly query: string;
  readonly traceId: string;
  readonly connection: Connection;
  /** Whether the client speaks https to us or to a trusted proxy. */
  readonly secure: boolean;
  /** Limits how long the body may take to arrive, until it is lifted: for transfers, which have a limit of their own. */
  readonly arrival: { lift(): void };
  /** Aborted when the client leaves before the answer is complete. */
  readonly abort: AbortController;
}
