import { z } from "zod";
import type { Caller } from "../caller.ts";
import { HealthSummarySchema, type HealthSummary } from "../health.ts";
import { definePermissions } from "../permissions.ts";
import { procedure, router } from "./procedure.ts";
import { serviceRef } from "./service-ref.ts";

/** What the host itself answers for. */
export interface IKernelService {
  health(caller: Caller): Promise<HealthSummary>;
}

export const kernelRef = serviceRef<IKernelService>("kernel");

export const kernelPermissions = definePermissions({
  "kernel.health.read": { description: "See how the installation is doing: processes, modules, stores", roles: [], installation: true },
});

export const kernelRouter = router({
  health: procedure
    .meta({ permission: "kernel.health.read", openapi: { method: "GET", path: "/health", tags: ["kernel"], summary: "How the installation is doing" } })
    .input(z.object({}).optional())
    .output(HealthSummarySchema)
    .query(({ ctx }) => ctx.service(kernelRef).health(ctx.caller)),
});
