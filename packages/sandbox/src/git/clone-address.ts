import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { isPrivateAddress } from "@coder/shared/server";
import { cloneAddressRefused, gitFailed } from "./git-errors.ts";

export interface CloneAddress {
  /** As git gets it: normalized, so `http://0x7f.1/` and `http://127.0.0.1/` are one. */
  readonly url: string;
  readonly protocol: "https" | "http";
  /** For curl: the host means these addresses and no others, whatever a name server says from now on. Null for an address. */
  readonly pinned: string | null;
}

export type Resolve = (host: string) => Promise<readonly string[]>;

const MAX_URL = 2_000;
const PORTS = { "https:": "443", "http:": "80" } as const;

/**
 * Decides whether a repository may be fetched from `text`. Every address of the host must be public, or the host be one of `allowedPrivateHosts` (`host` or
 * `host:port`); only from those without TLS. Throws `clone_address_refused`, or `git_failed` for a host that is not known.
 */
export async function checkCloneAddress(text: string, allowedPrivateHosts: readonly string[], resolve: Resolve = resolveHost): Promise<CloneAddress> {
  if (text.length > MAX_URL || !URL.canParse(text)) throw cloneAddressRefused("it is no URL");
  const url = new URL(text);
  const { protocol, hostname } = url;
  if (protocol !== "https:" && protocol !== "http:") throw cloneAddressRefused(`${protocol.slice(0, -1)} is not supported`);
  if (url.username !== "" || url.password !== "") throw cloneAddressRefused("it holds a name or a password");
  const port = url.port || PORTS[protocol];
  const allowed = allowedPrivateHosts.some((each) => [hostname, `${hostname}:${port}`].includes(each.toLowerCase()));
  if (protocol === "http:" && !allowed) throw cloneAddressRefused("it is not encrypted");
  url.hash = "";
  const literal = hostname.replace(/^\[|\]$/g, "");
  const addresses = isIP(literal) === 0 ? await resolve(hostname) : [literal];
  if (!allowed && addresses.some(isPrivateAddress)) throw cloneAddressRefused(`${hostname} is not on the public internet`);
  const pinned = isIP(literal) === 0 ? `${hostname}:${port}:${addresses.map((address) => (isIP(address) === 6 ? `[${address}]` : address)).join(",")}` : null;
  return { url: url.href, protocol: protocol === "https:" ? "https" : "http", pinned };
}

async function resolveHost(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    throw gitFailed(`Could not resolve host: ${host}`, null);
  }
}
