import { defineJob } from "@coder/shared";
import { z } from "zod";

/** Removes entries past their retention time. Nightly. */
export const applyRetentionJob = defineJob("logging.retention.apply", z.object({}), { title: "Forget old audit entries", schedule: "17 3 * * *", attempts: 5, backoffMs: 60_000, concurrency: 1 });

/** Gives actions that never ended their entry. Every minute. */
export const settleEntriesJob = defineJob("logging.entries.settle", z.object({}), { title: "Settle audit entries that never ended", schedule: "* * * * *", attempts: 1, concurrency: 1 });
