import { RunIdSchema } from "@coder/api/execution";
import { defineJob } from "@coder/shared";
import { z } from "zod";

const RunPayloadSchema = z.object({ id: RunIdSchema });

/** `command`: what is run, without its arguments. Jobs of the version before have none. */
const PerformRunPayloadSchema = RunPayloadSchema.extend({ command: z.string().optional() });

/** Runs a program of a project. Tried once: a run whose worker died is marked, and nothing runs twice. */
export const performRunJob = defineJob("execution.run.perform", PerformRunPayloadSchema, { title: "Run a program", about: "command", permission: "execution.run.start", attempts: 1, concurrency: 4 });

/** Finds out what a run changed that was cancelled or interrupted. */
export const accountRunJob = defineJob("execution.run.account", RunPayloadSchema, { title: "Find what a run changed", attempts: 3, concurrency: 2 });

/** Finds runs whose job ended without them hearing of it, and finishes restores that were killed. */
export const settleRunsJob = defineJob("execution.runs.settle", z.object({}), { title: "Settle runs and restores that were interrupted", schedule: "* * * * *", attempts: 1, concurrency: 1 });

/** Keeps what checkpoints take within the limit of each organization. */
export const retainCheckpointsJob = defineJob("execution.checkpoints.retain", z.object({}), { title: "Remove old checkpoints", schedule: "4,14,24,34,44,54 * * * *", attempts: 1, concurrency: 1 });
