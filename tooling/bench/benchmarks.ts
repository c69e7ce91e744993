import { checkpointBenchmark } from "./checkpoint.bench.ts";
import { dashboardBenchmark } from "./dashboard.bench.ts";
import { editorBenchmark } from "./editor.bench.ts";
import { gatewayBenchmark } from "./gateway.bench.ts";
import { indexBenchmark } from "./index.bench.ts";
import { jobsBenchmark } from "./jobs.bench.ts";
import { repositoryBenchmark } from "./repository.bench.ts";
import { requestBenchmark } from "./request.bench.ts";
import { sandboxBenchmark } from "./sandbox.bench.ts";
import { searchBenchmark } from "./search.bench.ts";
import { startBenchmark } from "./start.bench.ts";
import { statementsBenchmark } from "./statements.bench.ts";
import { treeBenchmark } from "./tree.bench.ts";
import { typecheckBenchmark } from "./typecheck.bench.ts";
import type { Benchmark } from "./report.ts";

/** In the order in which they run. */
export const BENCHMARKS: readonly Benchmark[] = [
  typecheckBenchmark,
  requestBenchmark,
  statementsBenchmark,
  repositoryBenchmark,
  jobsBenchmark,
  dashboardBenchmark,
  indexBenchmark,
  startBenchmark,
  sandboxBenchmark,
  checkpointBenchmark,
  searchBenchmark,
  treeBenchmark,
  editorBenchmark,
  gatewayBenchmark,
];
