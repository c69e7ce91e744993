/** What one runner found. Failures are for the terminal: name and reason. */
export interface RunResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly string[];
}

export interface RunContext {
  /** Where the runner's whole log goes. */
  readonly log: string;
  /** How long it may take. */
  readonly minutes: number;
  readonly onProgress: (done: number, total: number, what: string) => void;
}

export interface Runner {
  readonly name: string;
  readonly title: string;
  run(context: RunContext): Promise<RunResult>;
}

export const NOTHING: RunResult = { passed: 0, failed: 0, skipped: 0, failures: [] };

export function sum(results: readonly RunResult[]): RunResult {
  return results.reduce(
    (total, each) => ({
      passed: total.passed + each.passed,
      failed: total.failed + each.failed,
      skipped: total.skipped + each.skipped,
      failures: [...total.failures, ...each.failures],
    }),
    NOTHING,
  );
}

/** The last line of `npm test`. Programs read it. */
export function lastLine({ passed, failed, skipped }: RunResult): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
