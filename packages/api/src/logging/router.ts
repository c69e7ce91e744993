import { DoneSchema, NoInputSchema } from "@coder/shared";
import { auditFacts, clientRef, procedure, router } from "@coder/shared/trpc";
import {
  AuditEntryPageSchema, AuditEntrySchema, BeginEntryInputSchema, BegunEntrySchema, ChainReportSchema, CompleteEntryInputSchema,
  GetEntryInputSchema, ListEntriesInputSchema,
} from "./schemas.ts";
import { loggingRef } from "./service.ts";

export { loggingRef } from "./service.ts";

const tags = ["logging"];

/** What a check found: it is of the log in which its own entry stands. */
const describeCheck = auditFacts("chain", "id", ChainReportSchema, ["intact", "checked", "brokenAt"]);

export const loggingRouter = router({
  listEntries: procedure
    .meta({ permission: "logging.entry.read", openapi: { method: "GET", path: "/logs", tags, summary: "List the organization's audit entries, newest first" } })
    .input(ListEntriesInputSchema)
    .output(AuditEntryPageSchema)
    .query(({ ctx, input }) => ctx.service(loggingRef).listEntries(ctx.caller, input, "organization")),

  listInstallationEntries: procedure
    .meta({ permission: "logging.installation.read", openapi: { method: "GET", path: "/logs/installation", tags, summary: "List audit entries that belong to no organization, newest first" } })
    .input(ListEntriesInputSchema)
    .output(AuditEntryPageSchema)
    .query(({ ctx, input }) => ctx.service(loggingRef).listEntries(ctx.caller, input, "installation")),

  getEntry: procedure
    .meta({ permission: "logging.entry.read", openapi: { method: "GET", path: "/logs/entries/{id}", tags, summary: "Read one audit entry" } })
    .input(GetEntryInputSchema)
    .output(AuditEntrySchema)
    .query(({ ctx, input }) => ctx.service(loggingRef).getEntry(ctx.caller, input)),

  verifyChain: procedure
    .meta({
      permission: "logging.chain.verify",
      openapi: { method: "POST", path: "/logs/verify", tags, summary: "Check that the organization's audit log is complete and unaltered" },
      rateLimit: { limit: 10, windowSeconds: 60, by: "caller" },
      audit: { describe: describeCheck },
    })
    .input(NoInputSchema)
    .output(ChainReportSchema)
    .mutation(({ ctx }) => ctx.service(loggingRef).verifyChain(ctx.caller, "organization")),

  verifyInstallationChain: procedure
    .meta({
      permission: "logging.installation.read",
      openapi: { method: "POST", path: "/logs/installation/verify", tags, summary: "Check the audit log of what belongs to no organization" },
      rateLimit: { limit: 10, windowSeconds: 60, by: "caller" },
      audit: { describe: describeCheck },
    })
    .input(NoInputSchema)
    .output(ChainReportSchema)
    .mutation(({ ctx }) => ctx.service(loggingRef).verifyChain(ctx.caller, "installation")),

  beginEntry: procedure
    .meta({ audience: "internal" })
    .input(BeginEntryInputSchema)
    .output(BegunEntrySchema)
    .mutation(({ ctx, input }) => ctx.service(loggingRef).beginEntry(ctx.caller, input)),

  completeEntry: procedure
    .meta({ audience: "internal" })
    .input(CompleteEntryInputSchema)
    .output(DoneSchema)
    .mutation(({ ctx, input }) => ctx.service(loggingRef).completeEntry(ctx.caller, input)),
});

/** How other modules call these procedures, in this process or another. */
export const loggingClient = clientRef<typeof loggingRouter>("logging");
