/** SQLSTATEs of a server that goes or comes, and of a full house; what the network says. */
const LOST = /^(08|57P0)|^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|53300$)/;
/** What drivers say without a code. */
const LOST_WORDS = /connection (terminated|is closed|ended|error)|not queryable|timeout exceeded when trying to connect|server closed the connection|query read timeout|the database system is|stream isn't writeable|max retries per request/i;

/** Whether a store is away, as opposed to refusing what was asked. PostgreSQL or Redis, by the code and the words of an error. */
export function isConnectionLoss({ code, message }: { readonly code: string; readonly message: string }): boolean {
  return LOST.test(code) || LOST_WORDS.test(message);
}
