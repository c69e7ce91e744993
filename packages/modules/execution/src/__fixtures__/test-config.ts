import type { ExecutionConfig } from "../config.ts";

export const TEST_CONFIG: ExecutionConfig = {
  validation: { stageSeconds: 60, memoryMegabytes: 1_024 },
  runs: { wallSeconds: 60, cpuSeconds: 60, memoryBytes: 1024 ** 3, processes: 256, growthBytes: 100_000_000, outputBytes: 1_000_000 },
  install: { registry: "", allowedPrivateHosts: [] },
  checkpoints: { keep: 10, maxBytes: 100_000_000, organizationBytes: 1_000_000_000 },
};
