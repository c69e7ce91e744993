import type { IDatabase } from "@coder/db";
import type { ILiveConfig, JobHandler } from "@coder/shared/server";
import type { ClockGuard } from "../ClockGuard.ts";
import type { AuthConfig } from "../config.ts";
import { sessionEntity, throttleEntity, verificationEntity } from "../entities.ts";
import { oldestAlive } from "../sessions/session-life.ts";

const HOUR_MS = 60 * 60_000;

/** Keeps what ran out for a while: with the clock an hour off, nothing is gone that lives again when it is right. */
export function cleanUpSessionsHandler(deps: { database: IDatabase; config: ILiveConfig<AuthConfig>; clock: ClockGuard }): JobHandler<unknown> {
  return async ({ signal, progress, log }) => {
    const { sessions: limits, lockout } = deps.config.value;
    const scope = deps.database.system("retention");
    const past = deps.clock.now() - limits.keepEndedHours * HOUR_MS;
    const before = new Date(past).toISOString();
    const { lastUsedAt } = oldestAlive(past, limits);
    const forgotten = new Date(past - lockout.forgetAfterMinutes * 60_000).toISOString();
    const steps = [
      () => scope.repository(sessionEntity).deleteMany({ expiresAt: { lt: before } }),
      () => scope.repository(sessionEntity).deleteMany({ lastUsedAt: { lt: lastUsedAt } }),
      () => scope.repository(verificationEntity).deleteMany({ expiresAt: { lt: before } }),
      () => scope.repository(throttleEntity).deleteMany({ updatedAt: { lt: forgotten } }),
    ];
    let removed = 0;
    for (const [done, step] of steps.entries()) {
      if (signal.aborted) return;
      removed += await step();
      await progress(done + 1, steps.length);
    }
    if (removed > 0) log.info({ removed }, "Ended sessions and used-up values were removed");
  };
}
