import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { ISessionCookie } from "../../trpc/context.ts";

const NAME = "coder_session";
const TOKEN = /^[\w.~-]{1,512}$/;

/** What a request's Cookie header says of the session. */
export interface CookieReading {
  /** Whether a session cookie came along at all, valid or not: then the request may have been caused by another site. */
  readonly present: boolean;
  /** The session's token; null when there is none or the signature is not ours. */
  readonly token: string | null;
}

/**
 * The browser's session cookie: the session's token and a signature over it, so that a made-up cookie costs no look-up and
 * a new SESSION_SECRET ends all cookies at once. HttpOnly, SameSite=Lax; bound to the host by its prefix when the address is https.
 */
export class SessionCookies {
  readonly name: string;
  readonly #key: KeyObject;
  readonly #attributes: string;

  constructor({ secret, secure }: { secret: string; secure: boolean }) {
    this.#key = createSecretKey(secret, "utf8");
    this.name = secure ? `__Host-${NAME}` : NAME;
    this.#attributes = `; Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
  }

  read(header: string | undefined): CookieReading {
    if (header === undefined || !header.includes(this.name)) return { present: false, token: null };
    let present = false;
    for (const pair of header.split(";")) {
      const equals = pair.indexOf("=");
      if (equals < 0 || pair.slice(0, equals).trim() !== this.name) continue;
      present = true;
      const token = this.#verified(pair.slice(equals + 1).trim());
      if (token !== null) return { present, token };
    }
    return { present, token: null };
  }

  writer(response: ServerResponse): ISessionCookie {
    const write = (value: string, expires: Date) => {
      if (response.headersSent) throw new Error("The session cookie cannot be written any more: the answer is already under way (sign in and out over a link that does not stream)");
      response.setHeader("set-cookie", `${this.name}=${value}${this.#attributes}; Expires=${expires.toUTCString()}`);
    };
    return {
      set: (token, expiresAt) => write(this.#signed(token), expiresAt),
      clear: () => write("", new Date(0)),
    };
  }

  #signed(token: string): string {
    if (!TOKEN.test(token)) throw new Error("A session token has only letters, digits and ._~-");
    return `${token}.${this.#signature(token)}`;
  }

  #verified(value: string): string | null {
    const dot = value.lastIndexOf(".");
    const token = value.slice(0, dot);
    if (dot < 0 || !TOKEN.test(token)) return null;
    const given = Buffer.from(value.slice(dot + 1));
    const right = Buffer.from(this.#signature(token));
    return given.length === right.length && timingSafeEqual(given, right) ? token : null;
  }

  #signature(token: string): string {
    return createHmac("sha256", this.#key).update("coder.session.cookie\0").update(token).digest("base64url");
  }
}
