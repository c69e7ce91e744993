import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createSandbox } from "@coder/sandbox";
import { silentLogger } from "@coder/testing";
import { compare, type Workload } from "./compare.ts";
import { childrenMeter } from "./meter.ts";
import { type Benchmark, type Finding, ratioFinding } from "./report.ts";

const STARTS = 5;
// The goal is near what is measured: with fewer rounds the interval has it inside.
const ROUNDS = { rounds: 40, mostMs: 80_000 };
const GOAL = 1.2;

/** A program in the sandbox, against the same program without one: `node -e 0` from its start to its end. */
export const sandboxBenchmark: Benchmark = {
  name: "Sandbox start against a bare spawn",
  run: async () => {
    const meter = childrenMeter();
    try {
      return [...(await measure("Start of node in the sandbox", 0o711, meter.cpuMicros)), ...(await measure("The same on a tree below a directory that only its owner may enter", 0o700, meter.cpuMicros))];
    } finally {
      meter.close();
    }
  },
};

async function measure(what: string, mode: number, cpuMicros: () => number): Promise<readonly Finding[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "coder-bench-sandbox-"));
  chmodSync(folder, mode);
  const tree = path.join(folder, "tree");
  const sandbox = await createSandbox({ dataDirectory: folder, allowBareProcess: () => false, log: silentLogger });
  try {
    await sandbox.prepareTree(tree);
    const inside: Workload = times(async () => {
      const { exitCode, stderr } = await sandbox.run({ command: "node", args: ["-e", "0"], tree: { path: tree, access: "write" } });
      if (exitCode !== 0) throw new Error(stderr.toString());
    });
    const bare: Workload = times(async () => {
      await once(spawn(process.execPath, ["-e", "0"], { cwd: tree, stdio: ["pipe", "pipe", "pipe"] }), "close");
    });
    return [ratioFinding(what, await compare(inside, bare, { ...ROUNDS, cpuMicros }), GOAL)];
  } finally {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  }
}

function times(work: () => Promise<void>): Workload {
  return async () => {
    for (let start = 0; start < STARTS; start++) await work();
  };
}
