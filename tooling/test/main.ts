// `npm test`: everything there is to check, one after the other, and one line at the end that says how it went.
import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { Terminal } from "../launcher/terminal.mjs";
import { check } from "./checks.ts";
import { playwrightRunner } from "./playwright.ts";
import { lastLine, NOTHING, sum, type Runner, type RunResult } from "./runner.ts";
import { ensureSystemPackages } from "./system-packages.ts";
import { vitestRunner } from "./vitest.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const LOGS = join(ROOT, ".tools", "test-logs");
/** Of one failure: a journey tells what its pages showed and what the product said. */
const SHOWN_LINES = 400;
/** For all of it: a slow machine takes twice the usual half an hour, and what hangs is told of before anybody else ends it. */
const MINUTES = 80;

async function main(wanted: readonly string[]): Promise<number> {
  const terminal = new Terminal();
  rmSync(LOGS, { recursive: true, force: true });
  mkdirSync(LOGS, { recursive: true });
  const say = (text: string): void => terminal.line(`    ${text}`);
  const packages = await terminal.step("System packages", () => ensureSystemPackages({ say }));
  const coder = [process.execPath, join(ROOT, "tooling/coder.mjs")];
  const runners: readonly Runner[] = [
    check("lint", "Lint", ROOT, [...coder, "lint"]),
    check("types", "Types", ROOT, [...coder, "typecheck"]),
    vitestRunner(ROOT),
    playwrightRunner(ROOT, !packages.missing.some(({ apt }) => apt === "chromium-headless-shell")),
  ];
  const unknown = wanted.filter((name) => !runners.some((runner) => runner.name === name));
  if (unknown.length > 0) {
    terminal.line(`There is no ${unknown.join(", ")}: choose of ${runners.map(({ name }) => name).join(", ")}.`);
    return 1;
  }
  const results: RunResult[] = [];
  const deadline = performance.now() + MINUTES * 60_000;
  for (const runner of runners.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) results.push(await run(runner, terminal, (deadline - performance.now()) / 60_000));
  const found = sum(results);
  const forbidden = packages.complete && wanted.length === 0 && found.skipped > 0;
  const total = forbidden ? sum([found, { ...NOTHING, failed: 1, failures: [`${found.skipped} tests were skipped, and on Debian as root nothing may be`] }]) : found;
  for (const failure of total.failures) terminal.line(`\n  ✗ ${failure.split("\n").slice(0, SHOWN_LINES).join("\n    ")}`);
  terminal.line(`\n  Logs: ${LOGS}\n`);
  terminal.line(lastLine(total));
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}

function run(runner: Runner, terminal: Terminal, minutes: number): Promise<RunResult> {
  return terminal.step(runner.title, async (step) => {
    const result = minutes <= 0 ? { ...NOTHING, failed: 1, failures: [`${runner.title}: the ${MINUTES} minutes for all of it were over`] } : await runner.run({ log: join(LOGS, `${runner.name}.log`), minutes, onProgress: step.progress });
    step.detail(lastLine(result));
    return result;
  });
}

process.exitCode = await main(process.argv.slice(2));
