import { isAppError, type HealthReport } from "@coder/shared";
import type { WaitingEffects } from "./postgres-outbox.ts";

/** The relay hands on effects within a second or two; this long means that none runs. */
const STUCK_AFTER_SECONDS = 60;

export interface PoolMetrics {
  readonly size: number;
  readonly open: number;
  readonly idle: number;
  /** Statements that wait for a connection. */
  readonly waiting: number;
}

/** What tells how a database is. */
export interface IPostgresVitals {
  probe(): Promise<WaitingEffects>;
  readonly metrics: { readonly app: PoolMetrics; readonly system: PoolMetrics };
  readonly systemWork: { describe(): string };
}

/** Asks the server, so it also notices one that hangs. */
export async function postgresHealth(database: IPostgresVitals): Promise<HealthReport> {
  try {
    const { oldestSeconds, refused, reason } = await database.probe();
    const { app, system } = database.metrics;
    const work = database.systemWork.describe();
    if (oldestSeconds > STUCK_AFTER_SECONDS) {
      return { status: "degraded", message: `Events and jobs have been waiting for ${Math.round(oldestSeconds)} s to be handed on`, remedy: "Look whether a worker runs, and at its log" };
    }
    if (refused > 0) {
      return {
        status: "degraded",
        message: `${refused} ${refused === 1 ? "event or job" : "events or jobs"} could not be handed on: ${reason ?? "for no reason given"}`,
        remedy: "Run the same version of the product in all processes; they are tried again every five minutes, and the worker's log says more",
      };
    }
    if (app.waiting > app.size || system.waiting > system.size) {
      return { status: "degraded", message: `${app.waiting + system.waiting} statements wait for a connection`, remedy: "Raise DATABASE_POOL_SIZE, or look for slow statements" };
    }
    return { status: "up", message: `${describe("tenants", app)}; ${describe("cross-tenant work", system)}${work === "" ? "" : `, since the start: ${work}`}` };
  } catch (error) {
    return { status: "down", message: isAppError(error) ? error.message : "The database answers with an error", remedy: "Look whether PostgreSQL runs and can be reached; the log has the details" };
  }
}

function describe(what: string, { size, open, idle }: PoolMetrics): string {
  return `${what}: ${open - idle} of ${size} connections busy`;
}
