import type { Caller, OrganizationRole, PermissionCatalogue } from "@coder/shared";
import type { AuditResult, IPermissionPort, RequestContext, ServiceRef } from "@coder/shared/trpc";
import { silentLogger } from "../silent-logger.ts";

/** What the audit log would keep of one call. */
export type AuditedCall = AuditResult & { readonly action: string };

export interface TestContextOptions<Service> extends Partial<Omit<RequestContext, "service">> {
  readonly caller: Caller;
  /** The service behind the module's router. */
  readonly service: Service;
  readonly ref: ServiceRef<Service>;
  /** Receives what is audited. */
  readonly audited?: AuditedCall[];
}

/** What a module's router gets when somebody calls it at the edge: `createCallerFactory(router)(testContext({ caller, ref, service }))`. Nothing is forbidden unless `permissions` says so. */
export function testContext<Service>({ ref, service, audited = [], ...given }: TestContextOptions<Service>): RequestContext {
  return {
    via: "edge",
    connection: { address: "127.0.0.1", userAgent: "test" },
    traceId: "trace",
    signal: new AbortController().signal,
    log: silentLogger,
    sessionCookie: null,
    permissions: { allows: async () => true },
    audit: { begin: async ({ action }) => ({ complete: async (result) => void audited.push({ action, ...result }) }) },
    rateLimiter: { take: async () => ({ remaining: 1, retryAfterSeconds: 0 }) },
    defaultRateLimit: { limit: 1_000, windowSeconds: 60, by: "caller" },
    service: (wanted) => {
      if (wanted.module !== ref.module) throw new Error(`No service ${wanted.module} in this test`);
      // A reference cannot carry its type to run time.
      return service as never;
    },
    ...given,
  };
}

/** Holds what a module's own catalogue gives a role, or the people who run the installation. */
export function permissionsOf(catalogue: PermissionCatalogue, who: OrganizationRole | "installation"): IPermissionPort {
  return {
    allows: async (_caller, id) => {
      const permission = catalogue[id];
      if (!permission) return false;
      if (permission.installation) return who === "installation";
      return permission.self === true || permission.roles.some((role) => role === who);
    },
  };
}
