import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";

/** For answers that are data: nothing in them may run, be framed, cached or read by another site. */
const DATA_HEADERS = [
  ["x-content-type-options", "nosniff"],
  ["content-security-policy", "default-src 'none'; frame-ancestors 'none'"],
  ["cross-origin-resource-policy", "same-origin"],
  ["referrer-policy", "no-referrer"],
  ["cache-control", "no-store"],
] as const;

const PAGE_HEADERS = [
  ["x-content-type-options", "nosniff"],
  ["cross-origin-resource-policy", "same-origin"],
  ["cross-origin-opener-policy", "same-origin"],
  ["referrer-policy", "same-origin"],
  ["x-frame-options", "DENY"],
  ["permissions-policy", "camera=(), geolocation=(), payment=(), usb=()"],
] as const;

const ONE_YEAR = "max-age=31536000";

export function setDataHeaders(response: ServerResponse): void {
  for (const [name, value] of DATA_HEADERS) response.setHeader(name, value);
}

export function setPageHeaders(response: ServerResponse, secure: boolean): void {
  for (const [name, value] of PAGE_HEADERS) response.setHeader(name, value);
  if (secure) response.setHeader("strict-transport-security", ONE_YEAR);
}

export function newNonce(): string {
  return randomBytes(16).toString("base64");
}

/**
 * What a page of the product may load. Scripts need the nonce or a file of this origin; Monaco needs inline styles and
 * workers from blobs. `development` also lets the development server evaluate code.
 */
export function pagePolicy(nonce: string, development: boolean): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'${development ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}
