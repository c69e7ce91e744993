import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readPlaywrightReport } from "./playwright.ts";
import { lastLine, sum, type RunResult } from "./runner.ts";
import { mayInstallPackages } from "../launcher/system-packages.mjs";
import { readVitestReport, vitestRunner, type VitestReport } from "./vitest.ts";

const EMPTY: VitestReport = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, success: true, testResults: [] };
const file = (name: string, status: string, assertionResults: VitestReport["testResults"][number]["assertionResults"] = [], message?: string) => ({ name: `/clone/${name}`, status, assertionResults, ...(message ? { message } : {}) });

const journeyResult = (message?: string) => ({ attachments: [], ...(message ? { error: { message } } : {}) });

test("the last line sums all runners and names skipped ones only when there are any", () => {
  const result = (passed: number, failed: number, skipped: number): RunResult => ({ passed, failed, skipped, failures: [] });
  expect(lastLine(sum([result(3, 0, 0), result(4, 1, 0)]))).toBe("7 passed, 1 failed");
  expect(lastLine(sum([result(3, 0, 2), result(4, 1, 0)]))).toBe("7 passed, 1 failed, 2 skipped");
});

test("a test file that could not be loaded is a failure, named with its reason", () => {
  const report = { ...EMPTY, numPassedTests: 2, success: false, testResults: [file("a.test.ts", "passed"), file("b.test.ts", "failed", [], "SyntaxError: no")] };
  expect(readVitestReport(report, "/clone", "")).toEqual({ passed: 2, failed: 1, skipped: 0, failures: ["b.test.ts could not be run\nSyntaxError: no"] });
});

test("a file whose setting up or clearing away failed is named with what was printed of it", () => {
  const printed = "⎯⎯⎯ Failed Suites 2 ⎯⎯⎯\n\n FAIL  |@x/y| src/a.test.ts\nError: one\n\n⎯⎯⎯[1/2]⎯\n\n FAIL  |@x/y| src/b.test.ts > giving files\nError: ENOTEMPTY: directory not empty\n\n⎯⎯⎯[2/2]⎯\n";
  const report = { ...EMPTY, success: false, testResults: [file("src/b.test.ts", "failed")] };
  expect(readVitestReport(report, "/clone", printed).failures).toEqual(["src/b.test.ts could not be run\n|@x/y| src/b.test.ts > giving files\nError: ENOTEMPTY: directory not empty"]);
});

test("a failed test is counted once, todo and skipped ones as skipped", () => {
  const failed = { fullName: "adds", status: "failed", failureMessages: ["expected 1 to be 2"] };
  const report = { ...EMPTY, numPassedTests: 1, numFailedTests: 1, numPendingTests: 1, numTodoTests: 1, success: false, testResults: [file("a.test.ts", "failed", [failed])] };
  expect(readVitestReport(report, "/clone", "")).toEqual({ passed: 1, failed: 1, skipped: 2, failures: ["a.test.ts › adds\nexpected 1 to be 2"] });
});

test("a property that fails is told with its counterexample and with why that one fails", async () => {
  const root = mkdtempSync(join(tmpdir(), "coder-vitest-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  symlinkSync(resolve(import.meta.dirname, "../../node_modules"), join(root, "node_modules"));
  mkdirSync(join(root, "packages"));
  writeFileSync(
    join(root, "packages/small.test.ts"),
    `import fc from "fast-check";
    import { expect, test } from "vitest";
    test("small", () => fc.assert(fc.property(fc.nat(), (number) => { expect(number, "how large it is").toBeLessThan(7); })));
    test("thrown", () => { throw new Error("outside", { cause: new Error("inside", { cause: "a mere text" }) }); });`,
  );
  const { failures, ...counts } = await vitestRunner(root).run({ log: join(root, "log"), minutes: 1, onProgress: () => undefined });
  expect(counts).toEqual({ passed: 0, failed: 2, skipped: 0 });
  expect(failures[0]).toMatch(/^packages\/small\.test\.ts › small\nError: Property failed after \d+ tests\n[^]*\nCounterexample: \[7\]\n[^]*\nCaused by: AssertionError: how large it is: expected 7 to be less than 7\n +at .*small\.test\.ts:3/);
  expect(failures[1]).toMatch(/› thrown\nError: outside\n[^]*\nCaused by: Error: inside\n[^]*\nCaused by: a mere text$/);
});

test("an error outside of any test fails a run in which every test passed", () => {
  const result = readVitestReport({ ...EMPTY, numPassedTests: 5, success: false }, "/clone", "Unhandled rejection");
  expect(result).toMatchObject({ passed: 5, failed: 1 });
  expect(result.failures[0]).toContain("Unhandled rejection");
});

test("a journey that passed only when repeated has failed", () => {
  const specs = [
    { title: "signs in", ok: true, tests: [{ status: "expected", results: [journeyResult()] }] },
    { title: "signs out", ok: true, tests: [{ status: "flaky", results: [journeyResult("timeout"), journeyResult()] }] },
  ];
  const report = { suites: [{ title: "ground.spec.ts", specs }], errors: [], stats: { expected: 1, unexpected: 0, skipped: 0, flaky: 1 } };
  expect(readPlaywrightReport(report)).toEqual({ passed: 1, failed: 1, skipped: 0, failures: ["ground.spec.ts › signs out\ntimeout"] });
});

test("a failed journey is told with the text that it attached", () => {
  const attachments = [
    { name: "pages", contentType: "text/plain", body: Buffer.from("/projects\n- heading \"Projects\"").toString("base64") },
    { name: "screenshot", contentType: "image/png", body: "iVBORw0" },
  ];
  const specs = [{ title: "signs in", ok: false, tests: [{ status: "unexpected", results: [{ ...journeyResult("timeout"), attachments }] }] }];
  const report = { suites: [{ title: "ground.spec.ts", specs }], errors: [], stats: { expected: 0, unexpected: 1, skipped: 0, flaky: 0 } };
  expect(readPlaywrightReport(report).failures).toEqual(['ground.spec.ts › signs in\ntimeout\n[pages] /projects\n- heading "Projects"']);
});

test("CODER_NO_APT=1 keeps apt-get away", () => {
  expect(mayInstallPackages("1")).toBe(false);
});
