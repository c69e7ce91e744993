import { systemCaller } from "../../caller.ts";
import type { IAuditPort, ILogger } from "../../trpc/context.ts";
import { newTraceId } from "../trace-context.ts";

const DAY_MS = 86_400_000;
const AGAIN_AFTER_MS = 60_000;

export interface CrossTenantRecordDeps {
  /** The process, as its log calls it. */
  readonly process: string;
  readonly log: ILogger;
}

/**
 * Writes into the audit log which kinds of work across tenants a process does: one entry per kind and day. Such work goes on many
 * times a second, sign-in and the audit log itself among it, so an entry for each would tell nothing.
 */
export class CrossTenantRecord {
  readonly #deps: CrossTenantRecordDeps;
  /** The day on which each reason was noted last. */
  readonly #days = new Map<string, number>();
  readonly #writing = new Set<Promise<void>>();
  #audit: IAuditPort | null = null;

  constructor(deps: CrossTenantRecordDeps) {
    this.#deps = deps;
  }

  readonly note = (reason: string): void => {
    const day = Math.floor(Date.now() / DAY_MS);
    if (this.#days.get(reason) === day) return;
    // First: writing the entry is such work, too.
    this.#days.set(reason, day);
    if (this.#audit) this.#begin(this.#audit, reason);
  };

  /** From here on there is a log to write to; what came before is written now. */
  start(audit: IAuditPort): void {
    this.#audit = audit;
    const before = [...this.#days.keys()];
    for (const reason of before) this.#begin(audit, reason);
  }

  /** Nothing is written after this: a short command ends when its entries are there. */
  async stop(): Promise<void> {
    // Writing an entry may be a first use of its own; each reason is written once, so this ends.
    while (this.#writing.size > 0) await Promise.all(this.#writing);
    this.#audit = null;
  }

  #begin(audit: IAuditPort, reason: string): void {
    const writing = this.#write(audit, reason).finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  async #write(audit: IAuditPort, reason: string): Promise<void> {
    const { process, log } = this.#deps;
    try {
      const caller = systemCaller(`process.${process}`);
      const entry = await audit.begin({ caller, action: "kernel.workAcrossTenants", connection: { address: "in-process", userAgent: "" }, traceId: newTraceId() });
      await entry.complete({ outcome: "success", target: { type: "reason", id: reason } });
    } catch (error) {
      log.warn({ reason, err: error }, "Work across tenants could not be recorded; it is tried again with its next use");
      setTimeout(() => this.#days.delete(reason), AGAIN_AFTER_MS).unref();
    }
  }
}
