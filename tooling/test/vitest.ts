import { globSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { execute } from "./execute.ts";
import type { Runner, RunResult } from "./runner.ts";

const CAUSES_REPORTER = join(import.meta.dirname, "causes-reporter.ts");

const AssertionSchema = z.object({
  fullName: z.string(),
  status: z.string(),
  failureMessages: z.array(z.string()).nullish(),
  meta: z.object({ causes: z.array(z.string()).optional() }).optional(),
});
const ReportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(AssertionSchema),
    }),
  ),
});
export type VitestReport = z.infer<typeof ReportSchema>;

/** Every `*.test.*` of every package. */
export function vitestRunner(root: string): Runner {
  return {
    name: "unit",
    title: "Tests",
    run: async ({ log, minutes, onProgress }) => {
      const report = `${log}.json`;
      rmSync(report, { force: true });
      const total = globSync("{apps,packages,tooling}/**/*.test.{ts,tsx,mjs}", { cwd: root, exclude: (path) => /node_modules|dist|\.next|generate\/template/.test(path) }).length;
      let done = 0;
      const command = [process.execPath, "node_modules/vitest/vitest.mjs", "run", "--reporter=default", `--reporter=${CAUSES_REPORTER}`, "--reporter=json", `--outputFile.json=${report}`];
      const { tail, timedOut } = await execute(command, {
        cwd: root,
        log,
        minutes,
        env: { NO_COLOR: "1" },
        onOutput: (text) => {
          done += text.match(/^ [✓❯↓] /gm)?.length ?? 0;
          onProgress(Math.min(done, total), total, "files");
        },
      });
      const text = readOrNull(report);
      if (text === null) return { passed: 0, failed: 1, skipped: 0, failures: [`The tests did not end${timedOut ? ` within ${Math.round(minutes)} minutes` : ""}\n${tail}`] };
      return readVitestReport(ReportSchema.parse(JSON.parse(text)), root, tail);
    },
  };
}

/** A file that could not be loaded, and an error outside any test, each count as one failure: vitest counts neither. */
export function readVitestReport(report: VitestReport, root: string, tail: string): RunResult {
  const broken = report.testResults.filter(({ status, assertionResults }) => status === "failed" && !assertionResults.some((each) => each.status === "failed"));
  const failures = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.filter(({ status }) => status === "failed").map((failed) => `${name.replace(`${root}/`, "")} › ${failed.fullName}\n${reasonOf(failed)}`),
  );
  const unloaded = broken.map(({ name, message }) => `${name.replace(`${root}/`, "")} could not be run\n${message || printedOf(name, tail)}`);
  const failed = report.numFailedTests + broken.length;
  const outside = !report.success && failed === 0 ? [`An error outside of the tests\n${tail}`] : [];
  return {
    passed: report.numPassedTests,
    failed: failed + outside.length,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: [...failures, ...unloaded, ...outside],
  };
}

function reasonOf({ failureMessages, meta }: z.infer<typeof AssertionSchema>): string {
  return [...(failureMessages ?? []), ...(meta?.causes ?? []).map((cause) => `Caused by: ${cause}`)].join("\n");
}

/** What failed around the tests of a file, as a hook does, stands in the printed summary alone. */
function printedOf(file: string, tail: string): string {
  const blocks = tail.split(/^ FAIL  /m).slice(1);
  const block = blocks.find((each) => file.endsWith(each.split("\n")[0]?.split(" > ")[0]?.replace(/^\|.*\| /, "").trim() ?? "\0"));
  return block?.split(/^⎯+/m)[0]?.trim() ?? "";
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
