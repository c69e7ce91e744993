// The edge of a product with a garden: who brings the token `good` is the gardener, anybody else nobody.
import { OrganizationIdSchema, SessionIdSchema, UserIdSchema, type UserCaller } from "@coder/shared";
import { createEdge, createRateLimiter, createServiceTokens, type Edge, type EdgeOptions } from "@coder/shared/server";
import type { ILogger } from "@coder/shared/trpc";

const gardener: UserCaller = {
  kind: "user",
  userId: UserIdSchema.parse("0190f5fe-7c00-7a00-8a00-000000000001"),
  organizationId: OrganizationIdSchema.parse("0190f5fe-7c00-7a00-8a00-000000000002"),
  sessionId: SessionIdSchema.parse("0190f5fe-7c00-7a00-8a00-000000000003"),
};
const quiet: ILogger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => quiet };

export type GardenEdgeOptions = Pick<EdgeOptions, "router" | "transfers"> & Partial<Pick<EdgeOptions, "apiBases">> & { readonly port?: number };

/** Listens on a free port, or on `port`. */
export async function startGardenEdge({ port = 0, apiBases = [], ...served }: GardenEdgeOptions): Promise<{ readonly edge: Edge; readonly url: string; readonly port: number }> {
  const secret = "t".repeat(32);
  const rateLimiter = createRateLimiter({ redisUrl: null, log: quiet });
  const edge = createEdge({
    ...served,
    apiBases,
    config: {
      server: { host: "127.0.0.1", port, publicUrl: null, trustedProxies: [], bodyLimitBytes: 10_000, drainSeconds: 1, gatewayUrl: null, webUrl: null },
      secrets: { session: "s".repeat(32), serviceToken: secret },
    },
    log: quiet,
    sessions: { resolve: async (token) => (token === "good" ? gardener : null) },
    serviceTokens: createServiceTokens({ secret, log: quiet }),
    createContext: (facts) => ({
      ...facts,
      log: quiet,
      service: () => {
        throw new Error("The garden has no service");
      },
      permissions: { allows: async () => true },
      audit: { begin: async () => ({ complete: async () => {} }) },
      rateLimiter,
      defaultRateLimit: { limit: 10_000, windowSeconds: 60, by: "caller" },
    }),
    readiness: async () => ({ ready: true, checks: {} }),
    openApiInfo: { title: "Garden", version: "1" },
  });
  return { edge, ...(await edge.listen()) };
}
