import type { Comparison, Ratio } from "./compare.ts";

/** `undecided`: the interval lies on both sides of the goal, so this machine cannot tell. */
export type Verdict = "met" | "missed" | "undecided";

export interface Finding {
  readonly what: string;
  /** What was measured, with its unit: a ratio with its interval, or a count. */
  readonly found: string;
  readonly goal: string;
  readonly verdict: Verdict;
}

export interface Benchmark {
  readonly name: string;
  run(): Promise<readonly Finding[]>;
}

/** A ratio against its goal; `by` says which clock decides. */
export function ratioFinding(what: string, comparison: Comparison, goal: number, by: "cpu" | "wall" = "cpu"): Finding {
  const decisive = comparison[by];
  return {
    what: `${what} (${by === "cpu" ? "CPU time" : "wall clock"}, ${comparison.rounds} rounds)`,
    found: `${ratioText(decisive)}; ${by === "cpu" ? "wall clock" : "CPU time"} ${ratioText(comparison[by === "cpu" ? "wall" : "cpu"])}`,
    goal: `at most ${goal}`,
    verdict: decisive.interval.high <= goal ? "met" : decisive.interval.low > goal ? "missed" : "undecided",
  };
}

/** What `compareValues` found, against its goal; `unit` where it is no ratio. `remark` is told along. */
export function valueFinding(what: string, found: Ratio, goal: number, { unit = "", remark = "" }: { readonly unit?: string; readonly remark?: string } = {}): Finding {
  const { low, high } = found.interval;
  return { what, found: `${ratioText(found)}${unit && ` ${unit}`}${remark && `; ${remark}`}`, goal: `at most ${goal}${unit && ` ${unit}`}`, verdict: high <= goal ? "met" : low > goal ? "missed" : "undecided" };
}

/** A benchmark that cannot be run here. */
export function skippedFinding(what: string, reason: string): Finding {
  return { what, found: `not measured: ${reason}`, goal: "none", verdict: "undecided" };
}

export function countFinding(what: string, found: number, atMost: number, unit: string): Finding {
  return { what, found: `${found} ${unit}`, goal: `at most ${atMost}`, verdict: found <= atMost ? "met" : "missed" };
}

function ratioText({ median, interval, noise }: Ratio): string {
  const two = (value: number) => value.toFixed(2);
  return `${two(median)} [${two(interval.low)}, ${two(interval.high)}], A/A [${two(noise.low)}, ${two(noise.high)}]`;
}

const SIGN = { met: "met      ", missed: "MISSED   ", undecided: "undecided" } as const;

export function printFindings(name: string, findings: readonly Finding[], ms: number): void {
  console.log(`\n${name} (${Math.round(ms / 1_000)} s)`);
  for (const { what, found, goal, verdict } of findings) console.log(`  ${SIGN[verdict]}  ${what}: ${found}; goal ${goal}`);
}
