import { defineJob } from "@coder/shared";
import { z } from "zod";

/** Removes sessions and single-use values that ran out, and counters nobody needs any more. Hourly. */
export const cleanUpSessionsJob = defineJob("auth.session.cleanup", z.object({}), { title: "Clean up sessions", schedule: "41 * * * *", attempts: 3, backoffMs: 60_000, concurrency: 1 });
