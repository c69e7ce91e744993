import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startProduct } from "./product.ts";
import { countFinding, type Benchmark, type Finding } from "./report.ts";
import { median } from "./statistics.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const WARM_STARTS = 3;
/** "Ready within seconds": everything is there, only processes start. */
const WARM_GOAL_SECONDS = 15;
/** Bringing Node, installing, generating and building the pages happens once. */
const COLD_GOAL_SECONDS = 300;

/** `npm start` in a fresh clone, then again on the same clone and data. Wall clock: what a person waits. */
export const startBenchmark: Benchmark = {
  name: "Start, cold and warm",
  run: async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "coder-start-"));
    try {
      execFileSync("git", ["clone", "--quiet", "--local", ROOT, path.join(folder, "clone")]);
      const cold = await startAndStop(folder);
      const warm: number[] = [];
      for (let round = 0; round < WARM_STARTS; round++) warm.push(await startAndStop(folder));
      const findings: Finding[] = [
        countFinding("First start of a fresh clone until the address answers", round(cold), COLD_GOAL_SECONDS, "s"),
        countFinding(`Start again with nothing changed, median of ${WARM_STARTS}`, round(median(warm)), WARM_GOAL_SECONDS, "s"),
      ];
      return findings;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Seconds until the product is ready. */
async function startAndStop(folder: string): Promise<number> {
  const started = performance.now();
  const product = await startProduct(path.join(folder, "clone"), path.join(folder, "data"));
  const seconds = (performance.now() - started) / 1000;
  await product.stop();
  return seconds;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
