import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { HealthSummarySchema, type HealthCheck, type HealthReport, type HealthSummary } from "../../health.ts";
import type { ModulePlacement } from "./registry.ts";

const CHECK_TIMEOUT_MS = 2_000;
const SEVERITY = { up: 0, degraded: 1, down: 2 } as const;

export type NamedChecks = Readonly<Record<string, HealthCheck>>;

export interface HealthSources {
  readonly version: string;
  readonly dataDirectory: string;
  readonly placement: ModulePlacement;
  readonly resources: NamedChecks;
  /** By module; for modules elsewhere one check that asks their address. */
  readonly modules: Readonly<Record<string, NamedChecks>>;
}

/** Runs all checks side by side; the slowest decides, never longer than 2 s. */
export async function summarizeHealth(sources: HealthSources): Promise<HealthSummary> {
  const { placement } = sources;
  const [processes, resources, checks] = await Promise.all([
    readProcesses(sources.dataDirectory),
    runChecks(sources.resources),
    Promise.all(Object.entries(sources.modules).map(async ([name, named]) => [name, await runChecks(named)] as const)),
  ]);
  const checksOf = new Map(checks);
  const present = [...placement.here, ...placement.elsewhere].map((module) => {
    const reports = checksOf.get(module.name) ?? [];
    return {
      name: module.name,
      description: module.description,
      where: placement.here.includes(module) ? ("here" as const) : ("elsewhere" as const),
      neededBy: [...placement.here, ...placement.elsewhere].filter((other) => other.needs.includes(module.name)).map((other) => other.name),
      ...worstOf(reports),
      checks: reports,
    };
  });
  const absent = [...placement.absent].map(([name, neededBy]) => ({
    name,
    description: "Not part of this version",
    where: "absent" as const,
    neededBy: [...neededBy],
    status: "up" as const,
    message: `Optional: ${neededBy.join(", ")} would use it.`,
    checks: [],
  }));
  const status = worstOf([...resources, ...present]).status;
  return { status, version: sources.version, checkedAt: new Date().toISOString(), processes, resources, modules: [...present, ...absent] };
}

/** One report per check; whatever throws or takes longer than 2 s is down. */
export async function runChecks(checks: NamedChecks): Promise<(HealthReport & { name: string })[]> {
  return Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      const timeout = AbortSignal.timeout(CHECK_TIMEOUT_MS);
      const late = new Promise<HealthReport>((resolve) => {
        timeout.addEventListener("abort", () => resolve({ status: "down", message: `No answer within ${CHECK_TIMEOUT_MS / 1000} s.`, remedy: "See the logs of this part; restart it if it hangs." }));
      });
      const report = await Promise.race([check(), late]).catch((error: unknown): HealthReport => ({ status: "down", message: error instanceof Error ? error.message : String(error), remedy: "See the logs of this part." }));
      return { ...report, name };
    }),
  );
}

function worstOf(reports: readonly HealthReport[]): HealthReport {
  const worst = reports.reduce<HealthReport>((found, report) => (SEVERITY[report.status] > SEVERITY[found.status] ? report : found), { status: "up" });
  const { status, message, remedy } = worst;
  return { status, ...(message === undefined ? {} : { message }), ...(remedy === undefined ? {} : { remedy }) };
}

/** What the launcher writes (tooling/README.md). */
const StateFileSchema = z.object({
  processes: z.array(HealthSummarySchema.shape.processes.element.extend({ lastExit: z.object({ at: z.string(), reason: z.string() }).nullable() })),
});

/** The launcher's note of what it supervises. Absent when something else started the processes. */
async function readProcesses(dataDirectory: string): Promise<HealthSummary["processes"]> {
  try {
    const text = await readFile(path.join(dataDirectory, "run", "state.json"), "utf8");
    const { processes } = StateFileSchema.parse(JSON.parse(text));
    return processes.map(({ lastExit, ...process }) => ({ ...process, lastExit: lastExit && `${lastExit.reason} (${lastExit.at})` }));
  } catch {
    return [];
  }
}
