import { setTimeout as delay } from "node:timers/promises";
import type { IJobSteering, JobDetails, JobRef, JobScope } from "@coder/api/dashboard";
import type { Caller, Done } from "@coder/shared";
import type { IJobs, JobStatus } from "@coder/shared/server";
import { jobFinished, jobNotFound } from "../errors.ts";
import { detailsOf } from "./job-of.ts";
import type { JobReader } from "./JobReader.ts";
import { isInScope } from "./scope.ts";

export interface JobSteeringDeps {
  readonly reader: Pick<JobReader, "find">;
  readonly jobs: Pick<IJobs, "cancel" | "retry" | "remove">;
}

/** A job that is cancelled has stopped within 2 s, unless the machine has no time for it. */
const STOPPED_MS = 10_000;
const LOOK_MS = 100;

export class JobSteering implements IJobSteering {
  readonly #deps: JobSteeringDeps;

  constructor(deps: JobSteeringDeps) {
    this.#deps = deps;
  }

  async cancelJob(caller: Caller, ref: JobRef, scope: JobScope): Promise<JobDetails> {
    const { state, finishedAt } = await this.#require(caller, ref, scope);
    if (finishedAt !== null) throw jobFinished(state);
    return detailsOf(await this.#deps.jobs.cancel(ref.queue, ref.id, caller));
  }

  async retryJob(caller: Caller, ref: JobRef, scope: JobScope): Promise<JobDetails> {
    await this.#stopping(caller, ref, scope);
    return detailsOf(await this.#deps.jobs.retry(ref.queue, ref.id));
  }

  async removeJob(caller: Caller, ref: JobRef, scope: JobScope): Promise<Done> {
    await this.#stopping(caller, ref, scope);
    await this.#deps.jobs.remove(ref.queue, ref.id);
    return {};
  }

  /** Who has cancelled a job need not wait for its worker before the next word on it. */
  async #stopping(caller: Caller, ref: JobRef, scope: JobScope): Promise<void> {
    for (const until = Date.now() + STOPPED_MS; Date.now() < until; await delay(LOOK_MS)) {
      const { state, cancelled } = await this.#require(caller, ref, scope);
      if (state !== "running" || cancelled === null) return;
    }
  }

  async #require(caller: Caller, ref: JobRef, scope: JobScope): Promise<JobStatus> {
    const status = await this.#deps.reader.find(ref);
    if (status && isInScope(caller, scope, status)) return status;
    throw jobNotFound();
  }
}
