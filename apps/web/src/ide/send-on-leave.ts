/** What the browser still sends after the page has gone: less than this. */
const MAX_BYTES = 60_000;

/** Calls a procedure while the page is going away, and waits for no answer. What is larger arrives only if the page stays long enough. */
export function sendOnLeave(path: string, input: unknown): void {
  const body = JSON.stringify(input);
  void fetch(`/api/trpc/${path}`, { method: "POST", keepalive: new Blob([body]).size < MAX_BYTES, headers: { "content-type": "application/json" }, body }).catch(() => undefined);
}
