import { skippedFinding, type Finding } from "./report.ts";

export interface RunAllOptions {
  readonly names: readonly string[];
  /** For all of them together, in milliseconds. */
  readonly budgetMs: number;
  /** Runs one; null when it was not done within that time. */
  readonly run: (name: string, ms: number) => Promise<readonly Finding[] | null>;
  readonly tell: (name: string, findings: readonly Finding[], ms: number) => void;
  readonly now?: () => number;
}

/** What one may take of the whole time: one that hangs leaves the others theirs. */
const MOST_PART = 0.25;

/** One after the other, so that none measures another. What failed, or what the time did not suffice for, is named and left undecided. */
export async function runAll({ names, budgetMs, run, tell, now = () => performance.now() }: RunAllOptions): Promise<readonly Finding[]> {
  const end = now() + budgetMs;
  const all: Finding[] = [];
  for (const name of names) {
    const begun = now();
    const left = Math.min(end - begun, budgetMs * MOST_PART);
    const findings = await measured(name, () => (left > 0 ? run(name, left) : Promise.resolve(null)), `it was not done in time: ${Math.round(Math.max(0, left) / 1_000)} s were left for it of ${Math.round(budgetMs / 60_000)} minutes for all`);
    tell(name, findings, now() - begun);
    all.push(...findings);
  }
  return all;
}

/** One that fails takes no other with it: what was measured before it, and after it, stands. */
async function measured(name: string, run: () => Promise<readonly Finding[] | null>, over: string): Promise<readonly Finding[]> {
  try {
    return (await run()) ?? [skippedFinding(name, over)];
  } catch (error) {
    return [skippedFinding(name, `it failed: ${error instanceof Error ? error.message : String(error)}`)];
  }
}
