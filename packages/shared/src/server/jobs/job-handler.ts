import type { z } from "zod";
import type { Caller } from "../../caller.ts";
import type { JobDefinition } from "../../define-job.ts";
import type { ILogger } from "../../trpc/context.ts";

/** What a running job gets. */
export interface JobContext<Payload> {
  readonly id: string;
  readonly payload: Payload;
  /** Who started it; the job has their rights, no more. */
  readonly caller: Caller;
  /** 1 on the first run. */
  readonly attempt: number;
  /** Aborts when the job is cancelled or the worker drains. Nothing of the job may run 2 s after that. */
  readonly signal: AbortSignal;
  readonly log: ILogger;
  /** Real counts; shown live. */
  progress(done: number, total: number): Promise<void>;
}

/** Runs at least once: every effect must be idempotent (`once: context.id` on repository writes). */
export type JobHandler<Payload> = (context: JobContext<Payload>) => Promise<void>;

export interface JobBinding {
  readonly definition: JobDefinition;
  readonly load: () => Promise<JobHandler<unknown>>;
}

/** Binds a definition to its lazily loaded handler: `handleJob(purgeJob, async () => (await import("./purge.handler.ts")).purgeHandler(deps))`. */
export function handleJob<Schema extends z.ZodType>(
  definition: JobDefinition<Schema>,
  load: () => Promise<JobHandler<z.output<Schema>>>,
): JobBinding {
  return { definition, load: async () => {
    const handler = await load();
    return (context) => handler({ ...context, payload: definition.schema.parse(context.payload) });
  } };
}
