import { z } from "zod";
import type { ISessionCookie } from "../../trpc/context.ts";

/**
 * Carries what a module in another process does to the browser's session cookie back to the edge that owns it. Answered
 * only to another process of the installation, never to a browser.
 */
export const COOKIE_RELAY_HEADER = "x-coder-session-cookie";

const RelaySchema = z.discriminatedUnion("act", [
  z.object({ act: z.literal("set"), token: z.string().min(1), expiresAt: z.iso.datetime() }),
  z.object({ act: z.literal("clear") }),
]);

/** The far side: writes the last act into `write`, as a header value. */
export function relayedCookie(write: (headerValue: string) => void): ISessionCookie {
  const encode = (act: z.input<typeof RelaySchema>) => write(Buffer.from(JSON.stringify(act)).toString("base64url"));
  return {
    set: (token, expiresAt) => encode({ act: "set", token, expiresAt: expiresAt.toISOString() }),
    clear: () => encode({ act: "clear" }),
  };
}

/** The near side: does to the browser's cookie what the header says. */
export function applyCookieRelay(headerValue: string, cookie: ISessionCookie): void {
  const act = RelaySchema.parse(JSON.parse(Buffer.from(headerValue, "base64url").toString("utf8")));
  if (act.act === "set") cookie.set(act.token, new Date(act.expiresAt));
  else cookie.clear();
}
