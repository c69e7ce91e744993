import type { Run, RunState } from "@coder/api/execution";
import { duration, plural } from "#lib/time.ts";
import { bytes } from "#lib/size.ts";
import type { IconName } from "#ui/icon.tsx";

export const RUN_STATES: Readonly<Record<RunState, { readonly label: string; readonly icon: IconName; readonly tone: "plain" | "good" | "bad" | "busy" }>> = {
  waiting: { label: "Waiting", icon: "watch", tone: "busy" },
  running: { label: "Running", icon: "loading", tone: "busy" },
  succeeded: { label: "Succeeded", icon: "pass", tone: "good" },
  failed: { label: "Failed", icon: "error", tone: "bad" },
  cancelled: { label: "Cancelled", icon: "circle-slash", tone: "plain" },
  interrupted: { label: "Interrupted", icon: "warning", tone: "bad" },
};

const LIMITS: Readonly<Record<NonNullable<Run["endedBy"]>, string>> = {
  wall: "took too long", cpu: "used too much processor time", memory: "used too much memory", processes: "started too many processes", file: "wrote too large a file", tree: "filled the project", output: "printed too much",
};

export function isUnderWay({ state }: Pick<Run, "state">): boolean {
  return state === "waiting" || state === "running";
}

/** How it ended, in a few words: "Exit code 1", "Took too long". */
export function outcomeOf({ state, exitCode, signal, endedBy, problem }: Pick<Run, "state" | "exitCode" | "signal" | "endedBy" | "problem">): string {
  // The organization's limit, and none of the run's own.
  if (problem?.code === "quota_exceeded") return problem.message;
  if (endedBy !== null) return `Ended: it ${LIMITS[endedBy]}`;
  if (state === "failed" && problem !== null) return problem.message;
  if (state === "failed") return exitCode === null ? `Ended by ${signal ?? "a signal"}` : `Exit code ${exitCode}`;
  return RUN_STATES[state].label;
}

/** Time, processor and memory, as far as they were measured. */
export function measuresOf({ durationMs, cpuMs, peakMemoryBytes }: Run): string {
  return [durationMs === null ? "" : duration(durationMs), cpuMs === null ? "" : `${duration(cpuMs)} processor`, peakMemoryBytes === null ? "" : bytes(peakMemoryBytes)].filter(Boolean).join(" · ");
}

export function changesText(changes: Run["changes"]): string {
  return changes === null || changes.total === 0 ? "" : plural(changes.total, "file changed", "files changed");
}
