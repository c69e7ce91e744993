import { networkInterfaces } from "node:os";

const WILDCARDS = new Set(["0.0.0.0", "::", "[::]", ""]);

// The kernel's own `isLoopback` and `isExposed`, for Node 18. A test holds them equal.

/** @param {string} host */
export function isLoopback(host) {
  const name = host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  return name === "localhost" || name.endsWith(".localhost") || name === "::1" || /^127(?:\.\d{1,3}){3}$/.test(name);
}

/**
 * Whether others than this machine can reach the product.
 *
 * @param {{ host: string, publicUrl: string | null }} server
 */
export function isExposed({ host, publicUrl }) {
  return !isLoopback(host) || (publicUrl !== null && !isLoopback(new URL(publicUrl).hostname));
}

/**
 * How this machine itself reaches a server that listens there.
 *
 * @param {string} host
 * @param {number} port
 */
export function localUrl(host, port) {
  return `http://${WILDCARDS.has(host) ? "127.0.0.1" : bracketed(host)}:${port}`;
}

/**
 * What people type.
 *
 * @param {{ host: string, port: number, publicUrl: string | null }} server
 */
export function publicAddress({ host, port, publicUrl }) {
  if (publicUrl !== null) return publicUrl;
  if (isLoopback(host)) return `http://localhost:${port}`;
  const outside = Object.values(networkInterfaces()).flat().find((each) => each?.family === "IPv4" && !each.internal);
  return `http://${WILDCARDS.has(host) ? (outside?.address ?? "localhost") : bracketed(host)}:${port}`;
}

/** @param {string} host */
function bracketed(host) {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
