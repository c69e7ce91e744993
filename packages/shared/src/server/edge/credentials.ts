import { AppError } from "../../app-error.ts";
import { ANONYMOUS, type Caller } from "../../caller.ts";
import type { ISessionPort } from "../../trpc/context.ts";
import type { CookieReading } from "./session-cookie.ts";

/** The token of an `Authorization: Bearer` header; null when there is none. */
export function bearerToken(header: string | undefined): string | null {
  const match = header === undefined ? null : /^Bearer +([^\s]{1,4096})$/i.exec(header);
  return match?.[1] ?? null;
}

/**
 * Finds out who asks. A program that shows a token means to be somebody: one that is not good is refused. A browser's
 * cookie may be a leftover: without a session behind it the request goes on as anonymous, so that signing in works.
 */
export async function resolveSession(sessions: ISessionPort, bearer: string | null, cookie: CookieReading): Promise<Caller> {
  const token = bearer ?? cookie.token;
  if (token === null) return ANONYMOUS;
  const caller = await sessions.resolve(token);
  if (caller === null && bearer !== null) {
    throw new AppError("unauthenticated", "session_invalid", "The session of this token has ended, or there never was one.", { remedy: "Sign in again and use the new token." });
  }
  return caller ?? ANONYMOUS;
}
