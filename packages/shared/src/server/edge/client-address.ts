import { BlockList, isIP } from "node:net";
import { AppError } from "../../app-error.ts";

/** Tells whether an address is one of the proxies whose word is believed. */
export type TrustedProxies = (address: string) => boolean;

/** @param entries addresses or networks (CIDR), as the setting `server.trustedProxies` holds them */
export function trustedProxies(entries: readonly string[]): TrustedProxies {
  if (entries.length === 0) return () => false;
  const list = new BlockList();
  for (const entry of entries) addNetwork(list, entry.trim());
  return (address) => {
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 6 ? "ipv6" : "ipv4");
  };
}

function addNetwork(list: BlockList, entry: string): void {
  const [address = "", prefix, ...rest] = entry.split("/");
  const family = isIP(address);
  const longest = family === 6 ? 128 : 32;
  const bits = prefix === undefined ? longest : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (family === 0 || rest.length > 0 || !(bits >= 0 && bits <= longest)) {
    throw new AppError("invalid", "trusted_proxy_invalid", `"${entry}" in server.trustedProxies is neither an address nor a network.`, {
      remedy: "Write addresses like 10.0.0.7 or networks like 10.0.0.0/8, separated by commas (TRUSTED_PROXIES).",
    });
  }
  list.addSubnet(address, bits, family === 6 ? "ipv6" : "ipv4");
}

/** The plain form of an address: `::ffff:10.0.0.7` is `10.0.0.7`, a port or zone is cut off. Null when it is none. */
export function plainAddress(text: string): string | null {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? (/^[\d.]+:\d+$/.test(text) ? text.slice(0, text.lastIndexOf(":")) : text);
  const unzoned = bare.split("%", 1)[0] ?? bare;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(unzoned)?.[1] ?? unzoned;
  return isIP(mapped) === 0 ? null : mapped;
}

/**
 * Where a request really comes from. `X-Forwarded-For` is read from the right, as far as the hops before it are trusted:
 * what stands further left was written by whoever the last trusted proxy talked to, and may be a lie.
 */
export function clientAddress(peer: string | undefined, forwardedFor: string | undefined, trusted: TrustedProxies): string {
  let current = plainAddress(peer ?? "") ?? "unknown";
  const hops = forwardedFor === undefined ? [] : forwardedFor.split(",");
  while (hops.length > 0 && trusted(current)) {
    const next = plainAddress((hops.pop() ?? "").trim());
    if (next === null) break;
    current = next;
  }
  return current;
}
