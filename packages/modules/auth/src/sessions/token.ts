import { createHash } from "node:crypto";

/** 32 random letters and digits, about 190 bits. Anything else cannot be a token and is not looked up. */
const TOKEN = /^[A-Za-z0-9]{32}$/;

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** What the store keeps of a token. Its randomness needs no salt and no slow hash. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
