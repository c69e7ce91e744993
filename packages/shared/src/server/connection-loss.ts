/** SQLSTATEs of a server that goes or comes, and of a full house; what the network says. */
const LOST = /^(08|57P0)|^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|53300$)/;
/** What drivers say without a code. */
const LOST_WORDS = /connection (terminated|is closed|ended|error)|not queryable|timeout exceeded when trying to connect|server closed the connection|query read timeout|the database system is|stream isn't writeable|max retries per request/i;

/** Whether a store is away, as opposed to refusing what was asked. PostgreSQL or Redis, by the code and the words of an error. */
export function isConnectionLoss({ code, message }: { readonly code: string; readonly message: string }): boolean {
  return LOST.test(code) || LOST_WORDS.test(message);
}

/** SQLSTATEs of what another moment does not meet: a race that was lost, a full house or disk, a lock. */
const PASSING = /^(40|53|55)[0-9A-Z]{3}$/;

/** Whether the same may succeed a little later. */
export function isPassing(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && PASSING.test(error.code);
}
