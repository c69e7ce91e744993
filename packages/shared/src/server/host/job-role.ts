import type { ILogger, IPermissionPort } from "../../trpc/context.ts";
import { EventConsumer } from "../events/event-consumer.ts";
import type { ModuleEvents } from "../events/event-subscriptions.ts";
import { EventPublisher } from "../events/event-publisher.ts";
import { JobQueue } from "../jobs/job-queue.ts";
import { JobWorkers, type ModuleJobs } from "../jobs/job-workers.ts";
import { BackgroundWork, type EndlessWork } from "./background-work.ts";
import type { QueueBackend } from "../jobs/queue-backend.ts";
import type { ProductFacts } from "../jobs/queue-registry.ts";
import type { ModuleInstance } from "../module.ts";
import { OutboxRelay } from "../outbox-relay.ts";
import type { IOutbox } from "../outbox.ts";
import { within } from "../within.ts";

export interface JobRole {
  /** Takes nothing new; what runs gets until the deadline. */
  stop(deadlineMs: number): Promise<void>;
}

/** What each module of this process wants done in the background. */
export function workOf(instances: ReadonlyMap<string, ModuleInstance>): readonly (ModuleJobs & ModuleEvents)[] {
  return [...instances].map(([module, { jobs = [], events = [] }]) => ({ module, jobs, events }));
}

function endlessWorkOf(instances: ReadonlyMap<string, ModuleInstance>): Readonly<Record<string, EndlessWork>> {
  return Object.fromEntries([...instances].flatMap(([module, { background = {} }]) => Object.entries(background).map(([name, work]) => [`${module}.${name}`, work])));
}

/** The role `jobs`: works off this process' modules' jobs and events, and hands on what writes left in the outboxes. */
export async function startJobRole(deps: {
  readonly backend: QueueBackend;
  readonly outboxes: readonly IOutbox[];
  readonly instances: ReadonlyMap<string, ModuleInstance>;
  readonly permissions: IPermissionPort;
  readonly product: ProductFacts;
  readonly log: ILogger;
}): Promise<JobRole> {
  const { backend, product, log } = deps;
  const modules = workOf(deps.instances);
  const workers = new JobWorkers({ backend, log, modules, product, permissions: deps.permissions });
  const consumer = new EventConsumer({ backend, log, modules, product });
  const events = new EventPublisher({ backend, modules });
  const jobs = new JobQueue({ backend });
  const relays = deps.outboxes.map((outbox) => new OutboxRelay({ outbox, events, jobs, log }));
  const background = new BackgroundWork({ work: endlessWorkOf(deps.instances), log });
  await Promise.all([workers.start(), consumer.start()]);
  for (const relay of relays) relay.start();
  background.start();
  return {
    stop: async (deadlineMs) => {
      // A database that hangs keeps a relay in its batch, which stays in the outbox.
      const relayed = Promise.all(relays.map((relay) => relay.stop()));
      await Promise.all([within(relayed, deadlineMs), workers.stop(deadlineMs), consumer.stop(deadlineMs), background.stop(deadlineMs)]);
    },
  };
}
