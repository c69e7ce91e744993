import type { AuditFacts } from "@coder/shared/trpc";
import { z } from "zod";
import { BulkPreviewSchema, BulkSchema } from "./bulk-schemas.ts";
import { JobDetailsSchema, JobRefSchema } from "./job-schemas.ts";
import { QueueInputSchema } from "./queue-schemas.ts";

interface Call {
  readonly input: unknown;
  readonly output: unknown;
}

const TitledSchema = JobDetailsSchema.pick({ title: true, state: true });

/** Which job, and what it is now. */
export function describeJob({ input, output }: Call): AuditFacts {
  const ref = JobRefSchema.safeParse(input).data;
  const job = TitledSchema.safeParse(output).data;
  return { ...(ref ? { target: { type: "job", id: `${ref.queue}/${ref.id}` } } : {}), ...(job ? { details: job } : {}) };
}

export function describeQueue({ input }: Call): AuditFacts {
  const queue = QueueInputSchema.safeParse(input).data?.queue;
  return queue === undefined ? {} : { target: { type: "queue", id: queue } };
}

const PreviewSchema = BulkPreviewSchema.pick({ token: true, action: true, count: true });
const RunSchema = BulkSchema.pick({ id: true, action: true, count: true });
const TokenSchema = z.object({ token: z.uuid() });

/** Which set of jobs: a preview and its run have the same target. */
export function describeBulk({ input, output }: Call): AuditFacts {
  const preview = PreviewSchema.safeParse(output).data;
  const run = RunSchema.safeParse(output).data;
  const id = preview?.token ?? run?.id ?? TokenSchema.safeParse(input).data?.token;
  const known = preview ?? run;
  return { ...(id ? { target: { type: "bulk_action", id } } : {}), ...(known ? { details: { action: known.action, jobs: known.count } } : {}) };
}
