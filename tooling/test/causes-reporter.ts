import type { TestCase } from "vitest/node";
import { z } from "zod";

declare module "vitest" {
  interface TaskMeta {
    /** What caused the errors of a failed test. */
    causes?: readonly string[];
  }
}

/** As it came from the process of the test: what was thrown may be anything. */
const CauseSchema = z.object({ message: z.string(), stack: z.string().optional(), cause: z.unknown().optional() });
const DEEPEST = 5;
const SHOWN_LINES = 20;

/** vitest's JSON has of an error its own stack alone, which of a property is the counterexample: why that one fails is said by its cause. It goes along in `meta`. */
export default class CausesReporter {
  onTestCaseResult(test: TestCase): void {
    const causes = (test.result().errors ?? []).flatMap(({ cause }) => causesOf(cause, DEEPEST));
    if (causes.length > 0) test.meta().causes = causes;
  }
}

function causesOf(cause: unknown, deepest: number): readonly string[] {
  if (cause === undefined || cause === null || deepest === 0) return [];
  const { data: error } = CauseSchema.safeParse(cause);
  const text = error ? error.stack || error.message : typeof cause === "string" ? cause : JSON.stringify(cause);
  return [text.split("\n").slice(0, SHOWN_LINES).join("\n"), ...causesOf(error?.cause, deepest - 1)];
}
