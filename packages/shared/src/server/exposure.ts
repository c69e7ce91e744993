import type { KernelConfig } from "./config/kernel-config.ts";

/** Whether a host name or address, as it stands in a setting, a URL or a Host header without its port, is this machine and no other. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  return name === "localhost" || name.endsWith(".localhost") || name === "::1" || /^127(?:\.\d{1,3}){3}$/.test(name);
}

/**
 * Whether others than this machine can reach the product: it listens for them, or a proxy in front of it does. Then the first
 * account is for whoever has the one-time code. The launcher has a copy of both functions, for its Node 18; a test holds them equal.
 */
export function isExposed({ host, publicUrl }: Pick<KernelConfig["server"], "host" | "publicUrl">): boolean {
  return !isLoopback(host) || (publicUrl !== null && !isLoopback(new URL(publicUrl).hostname));
}
