import { auditFacts } from "@coder/shared";
import { liveOf, procedure } from "@coder/shared/trpc";
import {
  GetRunInputSchema, ListRunsInputSchema, ListScriptsInputSchema, ReadOutputInputSchema, RunEventSchema, RunInputSchema, RunOutputSchema, RunPageSchema, RunSchema, ScriptsSchema, StartRunInputSchema, WatchRunInputSchema,
} from "./run-schemas.ts";
import { executionRef } from "./service.ts";

const tags = ["execution"];
const describe = auditFacts("run", "id", RunSchema, ["projectId", "command", "state"]);

export const runProcedures = {
  listScripts: procedure
    .meta({ permission: "execution.run.read", openapi: { method: "GET", path: "/execution/scripts", tags, summary: "List what a project can run" } })
    .input(ListScriptsInputSchema)
    .output(ScriptsSchema)
    .query(({ ctx, input }) => ctx.service(executionRef).listScripts(ctx.caller, input)),

  startRun: procedure
    .meta({
      permission: "execution.run.start",
      openapi: { method: "POST", path: "/execution/runs", tags, summary: "Run a script, a file or an installation" },
      audit: { describe },
    })
    .input(StartRunInputSchema)
    .output(RunSchema)
    .mutation(({ ctx, input }) => ctx.service(executionRef).startRun(ctx.caller, input)),

  getRun: procedure
    .meta({ permission: "execution.run.read", openapi: { method: "GET", path: "/execution/runs/{id}", tags, summary: "Read a run, at once or when it has ended" } })
    .input(GetRunInputSchema)
    .output(RunSchema)
    .query(({ ctx, input, signal }) => ctx.service(executionRef).getRun(ctx.caller, input, signal ?? ctx.signal)),

  listRuns: procedure
    .meta({ permission: "execution.run.read", openapi: { method: "GET", path: "/execution/runs", tags, summary: "List a project's runs, newest first" } })
    .input(ListRunsInputSchema)
    .output(RunPageSchema)
    .query(({ ctx, input }) => ctx.service(executionRef).listRuns(ctx.caller, input)),

  cancelRun: procedure
    .meta({
      permission: "execution.run.start",
      openapi: { method: "POST", path: "/execution/runs/{id}/cancel", tags, summary: "Cancel a run" },
      audit: { describe },
    })
    .input(RunInputSchema)
    .output(RunSchema)
    .mutation(({ ctx, input }) => ctx.service(executionRef).cancelRun(ctx.caller, input)),

  watchRun: procedure
    .meta({ permission: "execution.run.read", stream: { tags, summary: "Follow a run and its output" } })
    .input(WatchRunInputSchema)
    .output(liveOf(RunEventSchema))
    .subscription(({ ctx, input, signal }) => ctx.service(executionRef).watchRun(ctx.caller, input, signal ?? ctx.signal)),

  readOutput: procedure
    .meta({ permission: "execution.run.read", openapi: { method: "GET", path: "/execution/runs/{id}/output", tags, summary: "Read the output of a run" } })
    .input(ReadOutputInputSchema)
    .output(RunOutputSchema)
    .query(({ ctx, input }) => ctx.service(executionRef).readOutput(ctx.caller, input)),
};
