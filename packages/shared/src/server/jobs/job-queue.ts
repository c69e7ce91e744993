import type { Caller } from "../../caller.ts";
import type { JobMessage } from "../../define-job.ts";
import type { JobEnvelope } from "./job-envelope.ts";
import type { QueueBackend } from "./queue-backend.ts";
import { jobQueueName } from "./queue-names.ts";

export interface JobToEnqueue {
  /** The job's id. Enqueuing the same id again adds nothing. */
  readonly id: string;
  readonly message: JobMessage;
  /** Whose rights the job has. */
  readonly caller: Caller;
  readonly traceId: string | null;
  readonly enqueuedBy: string;
  /** When it was asked for; a delay counts from here. */
  readonly createdAt: string;
}

/** Puts jobs into their queues. Modules do not: they say `enqueue` on a repository write, and the relay comes here. */
export class JobQueue {
  readonly #backend: QueueBackend;

  constructor(deps: { backend: QueueBackend }) {
    this.#backend = deps.backend;
  }

  /** All that have the same name go in together: many are as cheap as one. */
  async addMany(jobs: readonly JobToEnqueue[]): Promise<void> {
    const byName = Map.groupBy(jobs, (job) => job.message.name);
    for (const [name, group] of byName) {
      await this.#backend.addMany(
        jobQueueName(name),
        group.map((job) => ({ name, id: job.id, data: envelopeOf(job), delayMs: remainingDelay(job) })),
      );
    }
  }
}

function envelopeOf({ message, caller, traceId, enqueuedBy }: JobToEnqueue): JobEnvelope {
  return { payload: message.payload, caller, traceId, enqueuedBy };
}

/** A clock that is off may make the wait shorter, never longer than asked for. */
function remainingDelay({ message, createdAt }: JobToEnqueue): number {
  const asked = message.delayMs ?? 0;
  return Math.min(asked, Math.max(0, Date.parse(createdAt) + asked - Date.now()));
}
