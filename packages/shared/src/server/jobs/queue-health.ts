import type { HealthCheck } from "../../health.ts";
import type { ModuleEvents } from "../events/event-subscriptions.ts";
import type { ModuleJobs } from "./job-workers.ts";
import type { QueueBackend } from "./queue-backend.ts";
import { eventQueueName, jobQueueName } from "./queue-names.ts";
import type { QueueCounts } from "./queue-store.ts";

/** Work that waits longer than this has nobody who does it, or far too few. */
const OVERDUE_MS = 10 * 60_000;

/** For the health page: whether jobs and events can be stored, how many there are, and whether somebody works them off. */
export function queueHealth(deps: { backend: QueueBackend; modules: readonly (ModuleJobs & ModuleEvents)[] }): HealthCheck {
  const { backend, modules } = deps;
  const names = modules.flatMap(({ module, jobs, events }) => [
    ...jobs.map((binding) => jobQueueName(binding.definition.name)),
    ...(events.length > 0 ? [eventQueueName(module)] : []),
  ]);
  return async () => {
    await backend.check();
    const queues = await backend.counts(names);
    const message = `${describe(queues)} (${backend.kind === "redis" ? "Redis" : "PostgreSQL"})`;
    const overdue = queues.find((queue) => queue.oldestWaitingAt !== null && Date.now() - Date.parse(queue.oldestWaitingAt) > OVERDUE_MS);
    if (!overdue) return { status: "up", message };
    return {
      status: "degraded",
      message: `${message}. The oldest in ${overdue.queue} waits since ${overdue.oldestWaitingAt}.`,
      remedy: "See whether a worker runs that has this module; start more workers if all are busy.",
    };
  };
}

function describe(queues: readonly QueueCounts[]): string {
  const sum = (field: "waiting" | "active" | "delayed" | "failed") => queues.reduce((total, queue) => total + queue[field], 0);
  return `${sum("waiting")} waiting, ${sum("active")} running, ${sum("delayed")} for later, ${sum("failed")} failed for good`;
}
