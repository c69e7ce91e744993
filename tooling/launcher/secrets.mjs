import { randomBytes, randomInt } from "node:crypto";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createOnce } from "./files.mjs";

/** Letters and digits that nobody mistakes for each other. */
const READABLE = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";

/**
 * Made once, at first start, each in a file of mode 0600. None has a default.
 *
 * @param {string} folder
 */
export function ensureSecrets(folder) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const secret = (/** @type {string} */ name) => createOnce(join(folder, name), () => randomBytes(32).toString("base64url")).trim();
  return {
    postgresOwner: secret("postgres-owner"),
    postgresApp: secret("postgres-app"),
    postgresSystem: secret("postgres-system"),
    session: secret("session"),
    serviceToken: secret("service-token"),
    setupCode: createOnce(join(folder, "setup-code"), readableCode).trim(),
  };
}
/** @typedef {ReturnType<typeof ensureSecrets>} Secrets */

/** Twelve characters to type, 59 bits. */
function readableCode() {
  const characters = Array.from({ length: 12 }, () => READABLE[randomInt(READABLE.length)]);
  return [0, 4, 8].map((start) => characters.slice(start, start + 4).join("")).join("-");
}
