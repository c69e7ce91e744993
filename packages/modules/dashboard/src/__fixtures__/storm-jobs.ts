import { defineJob } from "@coder/shared";
import { z } from "zod";

/** Succeeds, or fails as often as it is told to, and takes its time. */
export const stormJob = defineJob("storm.thing.run", z.object({ projectId: z.uuid(), ms: z.number(), failures: z.number() }), { title: "Weather a storm", attempts: 3, backoffMs: 20, concurrency: 6 });

/** A killed worker's jobs run again within two seconds. */
export const TIMING = { lockMs: 1_000, stalledCheckMs: 200 };
