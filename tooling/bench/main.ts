import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { z } from "zod";
import { execute } from "../test/execute.ts";
import { BENCHMARKS } from "./benchmarks.ts";
import { printFindings, type Finding } from "./report.ts";
import { runAll } from "./run-all.ts";

const BUDGET_MS = 15 * 60_000;
const ROOT = path.resolve(import.meta.dirname, "../..");
const FindingsSchema = z.array(z.object({ what: z.string(), found: z.string(), goal: z.string(), verdict: z.enum(["met", "missed", "undecided"]) }));

// Which to run is named on the command line by any part of the name; all of them otherwise.
const wanted = process.argv.slice(2).map((word) => word.toLowerCase());
const chosen = BENCHMARKS.map(({ name }) => name).filter((name) => wanted.length === 0 || wanted.some((word) => name.toLowerCase().includes(word)));
if (chosen.length === 0) {
  console.error(`No benchmark is called ${wanted.join(" or ")}. There are:\n${BENCHMARKS.map(({ name }) => `  ${name}`).join("\n")}`);
  process.exit(2);
}

console.log(`${os.availableParallelism()} processors, load ${os.loadavg().map((load) => load.toFixed(1)).join(" ")}. Ratios are medians with their 95 % interval; A/A is the control against itself.`);
const folder = mkdtempSync(path.join(os.tmpdir(), "coder-bench-"));
let failures = 0;
const all = await runAll({ names: chosen, budgetMs: BUDGET_MS, run, tell: printFindings });
rmSync(folder, { recursive: true, force: true });
const of = (verdict: Finding["verdict"]) => all.filter((finding) => finding.verdict === verdict);
console.log(`\n${of("met").length} goals met, ${of("missed").length} missed, ${of("undecided").length} could not be decided on this machine.`);
for (const { what } of of("undecided")) console.log(`  undecided: ${what}`);
process.exitCode = of("missed").length + failures > 0 ? 1 : 0;

/** In a process group of its own: servers and browsers that it started end with it. */
async function run(name: string, ms: number): Promise<readonly Finding[] | null> {
  const file = path.join(folder, "findings.json");
  rmSync(file, { force: true });
  const { code, timedOut, tail } = await execute([process.execPath, path.join(import.meta.dirname, "one.ts"), name, file], { cwd: ROOT, log: path.join(folder, "output.log"), minutes: ms / 60_000 });
  if (timedOut) return null;
  if (code !== 0) {
    failures += 1;
    throw new Error(tail);
  }
  return FindingsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}
