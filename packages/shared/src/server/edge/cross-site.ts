import { AppError } from "../../app-error.ts";
import type { Exchange } from "./exchange.ts";
import type { PublicAddress } from "./public-address.ts";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses state-changing requests that a browser sends on behalf of another site. What a browser says of itself decides:
 * `Origin` first, `Sec-Fetch-Site` where there is none. A request with the session cookie has to show one of them and to be of
 * the type that is expected, which no form can send; one without cookie and without either header does not come from a browser.
 */
export function refuseCrossSite({ request, method, secure }: Exchange, address: PublicAddress, cookiePresent: boolean, isExpected = isJson): void {
  if (SAFE_METHODS.has(method)) return;
  const { origin, host = "", "sec-fetch-site": site } = request.headers;
  const own = typeof origin === "string" ? address.isOwnOrigin(origin, host, secure) : site === undefined ? !cookiePresent : site === "same-origin";
  const formLike = cookiePresent && hasBody(request.headers) && !isExpected(request.headers["content-type"]);
  if (own && !formLike) return;
  throw new AppError("forbidden", "cross_site_request", "This request was sent by a page of another site, or looks like it.", {
    remedy: "Use the product's own pages. Programs: sign in with `Authorization: Bearer` instead of the cookie. Behind a proxy: set PUBLIC_URL to the address people type.",
  });
}

export function isJson(contentType: string | undefined): boolean {
  return mediaType(contentType) === "application/json";
}

export function isOctetStream(contentType: string | undefined): boolean {
  return mediaType(contentType) === "application/octet-stream";
}

function mediaType(contentType: string | undefined): string | undefined {
  return contentType?.split(";", 1)[0]?.trim().toLowerCase();
}

export function hasBody(headers: { readonly "content-length"?: string | undefined; readonly "transfer-encoding"?: string | undefined }): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
