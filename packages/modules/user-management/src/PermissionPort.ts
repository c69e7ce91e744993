import type { userManagementRouter } from "@coder/api/user-management/router";
import type { SystemCaller, UserCaller } from "@coder/shared";
import type { IPermissionPort, ServiceClient } from "@coder/shared/trpc";
import { permissionEpoch } from "./permission-epoch.ts";

/** A revocation made in another process is effective after this long at the latest. */
const REMEMBER_MS = 1_000;
const MAX_REMEMBERED = 10_000;

interface Remembered {
  /** From the start of the question: the answer is no newer than that. */
  readonly askedAt: number;
  readonly epoch: number;
  readonly permissions: Promise<ReadonlySet<string>>;
}

export interface PermissionPortDeps {
  readonly users: ServiceClient<typeof userManagementRouter>;
  readonly caller: SystemCaller;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic?: () => number;
}

/** The kernel's permission port over this module's client, so that it works from any process. */
export class PermissionPort implements IPermissionPort {
  readonly #deps: PermissionPortDeps;
  readonly #monotonic: () => number;
  readonly #remembered = new Map<string, Remembered>();

  constructor(deps: PermissionPortDeps) {
    this.#deps = deps;
    this.#monotonic = deps.monotonic ?? (() => performance.now());
  }

  async allows(caller: UserCaller, permission: string): Promise<boolean> {
    return (await this.#permissionsOf(caller)).has(permission);
  }

  #permissionsOf(caller: UserCaller): Promise<ReadonlySet<string>> {
    const key = `${caller.userId} ${caller.organizationId ?? ""}`;
    const known = this.#remembered.get(key);
    if (known && known.epoch === permissionEpoch.current && this.#monotonic() - known.askedAt < REMEMBER_MS) return known.permissions;
    const fresh: Remembered = { askedAt: this.#monotonic(), epoch: permissionEpoch.current, permissions: this.#ask(caller) };
    this.#remember(key, fresh);
    return fresh.permissions;
  }

  async #ask({ userId, organizationId }: UserCaller): Promise<ReadonlySet<string>> {
    const { permissions } = await this.#deps.users(this.#deps.caller).permissionsOf({ userId, organizationId });
    return new Set(permissions);
  }

  #remember(key: string, fresh: Remembered): void {
    // Deleting first moves the key to the end: the first key is always the one asked longest ago.
    this.#remembered.delete(key);
    this.#remembered.set(key, fresh);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > MAX_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
    // A failure is nobody's answer but its own caller's.
    fresh.permissions.catch(() => {
      if (this.#remembered.get(key) === fresh) this.#remembered.delete(key);
    });
  }
}
