import { isIP } from "node:net";
import { AppError } from "../../app-error.ts";
import type { KernelConfig } from "../config/kernel-config.ts";
import { isLoopback } from "../exposure.ts";

const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]{0,252}))(?::\d{1,5})?$/i;

/** What the world calls this installation: decides which hosts and origins it answers to, and whether cookies are secure. */
export class PublicAddress {
  readonly #publicUrl: URL | null;
  readonly #loopbackOnly: boolean;

  constructor({ host, publicUrl }: Pick<KernelConfig["server"], "host" | "publicUrl">) {
    this.#publicUrl = publicUrl === null ? null : new URL(publicUrl);
    this.#loopbackOnly = isLoopback(host);
  }

  /** Whether people reach it over https. */
  get secure(): boolean {
    return this.#publicUrl?.protocol === "https:";
  }

  /**
   * Refuses names nobody gave this installation. On loopback that stops DNS rebinding: a page of a stranger whose name
   * suddenly resolves to 127.0.0.1 would otherwise talk to the product as if it were a page of it.
   */
  requireHost(host: string | undefined): string {
    if (host === undefined || !HOST.test(host)) {
      throw new AppError("invalid", "host_invalid", "The request does not name a host.", { remedy: "Send one valid Host header." });
    }
    if (!this.#allows(host)) {
      throw new AppError("forbidden", "host_not_allowed", `This installation is not known as ${host}.`, {
        remedy: `Open it as ${this.#publicUrl?.origin ?? "http://localhost"}, or set PUBLIC_URL to the address people type.`,
      });
    }
    return host;
  }

  /** Whether a page of `origin` is one of ours, for a request that was sent to `host`. */
  isOwnOrigin(origin: string, host: string, secure: boolean): boolean {
    if (this.#publicUrl !== null && origin === this.#publicUrl.origin) return true;
    return origin === `${secure ? "https" : "http"}://${host}`.toLowerCase();
  }

  #allows(host: string): boolean {
    if (host.toLowerCase() === this.#publicUrl?.host) return true;
    const name = host.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1").toLowerCase();
    if (isLoopback(name)) return true;
    return this.#publicUrl === null && (!this.#loopbackOnly || isIP(name) !== 0);
  }
}
