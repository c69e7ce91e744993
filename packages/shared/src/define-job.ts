import { z } from "zod";

/** A job to enqueue, made by `definition.with(payload)` and handed to a repository write. */
export interface JobMessage<Payload = unknown> {
  readonly kind: "job";
  readonly name: string;
  readonly payload: Payload;
  /** The job's id, where whoever enqueues has chosen it to keep it in a row. Otherwise the relay gives it one. */
  readonly id?: string;
  /** Not before this many milliseconds from now. */
  readonly delayMs?: number;
}

export interface EnqueueOptions {
  /** A UUID made for this job alone (`newId()`): a second job of the same definition under it is never run. */
  readonly id?: string;
  /** Not before this many milliseconds from now. */
  readonly delayMs?: number;
}

export interface JobOptions {
  /** What people see: "Import a project". */
  readonly title?: string;
  /** The payload field that says in a few words what this one is about; it follows the title: "Run a program: npm test". */
  readonly about?: string;
  /** Payload fields that nobody is shown, as paths: `source.password`, `keys.*.value`. Fields with names like `password` or `token` are masked without being listed. */
  readonly redact?: readonly string[];
  /**
   * What whoever started it must still hold when it runs, which may be hours after they asked. Without one it goes on whatever has become
   * of them: for work that cleans up after what they did.
   */
  readonly permission?: string;
  /** Runs at most this often before the job counts as failed. Default 3. */
  readonly attempts?: number;
  /** First wait between attempts in milliseconds; doubles each time. Default 1,000. */
  readonly backoffMs?: number;
  /** How many of these one worker runs side by side. Default 5. */
  readonly concurrency?: number;
  /** Cron pattern (UTC) of a job nobody starts by hand; its payload is then `schema.parse({})`. */
  readonly schedule?: string;
}

export interface JobDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly schema: Schema;
  readonly options: JobOptions;
  with(payload: z.input<Schema>, options?: EnqueueOptions): JobMessage<z.output<Schema>>;
}

/**
 * Declares a job: its name (`module.what`, also its queue), payload schema and retry rules. Light on purpose, so that whoever
 * enqueues does not load the handler. Payloads hold ids; rows hold state.
 */
export function defineJob<const Name extends string, Schema extends z.ZodType>(
  name: Name,
  schema: Schema,
  options: JobOptions = {},
): JobDefinition<Schema> {
  return {
    name,
    schema,
    options,
    with: (payload, { id, delayMs } = {}) => ({
      kind: "job",
      name,
      payload: schema.parse(payload),
      ...(id === undefined ? {} : { id: z.uuid().parse(id) }),
      ...(delayMs === undefined ? {} : { delayMs }),
    }),
  };
}
