import { defineJob } from "@coder/shared";
import { z } from "zod";

/** Jobs that the worker in a second process knows how to do. */
export const effectJob = defineJob("rig.effect", z.object({ beforeMs: z.number(), afterMs: z.number() }), { concurrency: 4, backoffMs: 10 });
export const beatJob = defineJob("rig.beat", z.object({}), { attempts: 5 });
export const programJob = defineJob("rig.program", z.object({ pidFile: z.string() }), { attempts: 5 });
export const echoJob = defineJob("rig.echo", z.object({}));
