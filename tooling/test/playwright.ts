import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { execute } from "./execute.ts";
import { NOTHING, type Runner, type RunResult } from "./runner.ts";

const CONFIG = "e2e/playwright.config.ts";
const ATTACHED_CHARS = 10_000;

interface Suite {
  readonly title: string;
  readonly suites?: readonly Suite[] | undefined;
  readonly specs?: readonly Spec[] | undefined;
}
/** A body is in base 64. */
const AttachmentSchema = z.object({ name: z.string(), contentType: z.string(), body: z.string().optional() });
const ResultSchema = z.object({ error: z.object({ message: z.string().optional() }).optional(), attachments: z.array(AttachmentSchema).default([]) });
const SpecSchema = z.object({
  title: z.string(),
  ok: z.boolean(),
  tests: z.array(z.object({ status: z.string(), results: z.array(ResultSchema) })),
});
type Spec = z.infer<typeof SpecSchema>;
const SuiteSchema: z.ZodType<Suite> = z.lazy(() => z.object({ title: z.string(), suites: z.array(SuiteSchema).optional(), specs: z.array(SpecSchema).optional() }));
const ReportSchema = z.object({
  suites: z.array(SuiteSchema),
  errors: z.array(z.object({ message: z.string().optional() })),
  stats: z.object({ expected: z.number(), unexpected: z.number(), skipped: z.number(), flaky: z.number() }),
});
export type PlaywrightReport = z.infer<typeof ReportSchema>;

/** The journeys in `e2e`, in an installed Chromium. */
export function playwrightRunner(root: string, browser: boolean): Runner {
  return {
    name: "journeys",
    title: "Journeys in the browser",
    run: async ({ log, minutes }) => {
      if (!existsSync(join(root, CONFIG))) return { ...NOTHING, failed: 1, failures: [`${CONFIG} is missing, and with it the journeys`] };
      const report = `${log}.json`;
      rmSync(report, { force: true });
      const listed = browser ? [] : ["--list"];
      const command = [process.execPath, "node_modules/@playwright/test/cli.js", "test", "--config", CONFIG, ...listed, "--reporter=list,json"];
      const { tail, timedOut } = await execute(command, { cwd: root, log, minutes, env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report, NO_COLOR: "1" } });
      if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0, failures: [`The journeys did not end${timedOut ? ` within ${Math.round(minutes)} minutes` : ""}\n${tail}`] };
      const read = ReportSchema.parse(JSON.parse(readFileSync(report, "utf8")));
      return browser ? readPlaywrightReport(read) : { ...NOTHING, skipped: read.suites.flatMap(specsOf).length };
    },
  };
}

/** A journey that passed at a second attempt has not passed. */
export function readPlaywrightReport({ suites, errors, stats }: PlaywrightReport): RunResult {
  const specs = suites.flatMap(specsOf);
  const failures = specs
    .filter(({ spec }) => spec.tests.some(({ status }) => status === "unexpected" || status === "flaky"))
    .map(({ path, spec }) => [path, ...reasonOf(spec)].join("\n"));
  const outside = stats.unexpected === 0 ? errors.map(({ message }) => `An error outside of the journeys\n${message ?? ""}`) : [];
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + outside.length, skipped: stats.skipped, failures: [...failures, ...outside] };
}

/** Why it failed, and what it attached as text: where it ran, its files may be gone. */
function reasonOf({ tests }: Spec): readonly string[] {
  const failed = tests.flatMap(({ results }) => results).find(({ error }) => error !== undefined);
  const told = failed?.attachments.filter(({ contentType, body }) => contentType === "text/plain" && body) ?? [];
  return [failed?.error?.message ?? "", ...told.map(({ name, body = "" }) => `[${name}] ${Buffer.from(body, "base64").toString().slice(0, ATTACHED_CHARS)}`)];
}

function specsOf(suite: Suite): readonly { readonly path: string; readonly spec: Spec }[] {
  const own = (suite.specs ?? []).map((spec) => ({ path: `${suite.title} › ${spec.title}`, spec }));
  return [...own, ...(suite.suites ?? []).flatMap(specsOf).map(({ path, spec }) => ({ path: `${suite.title} › ${path}`, spec }))];
}
