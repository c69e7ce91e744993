import { setTimeout as delay } from "node:timers/promises";
import { openPostgres } from "@coder/db";
import { handleJob, JobControl, JobWorkers, openQueueBackend } from "@coder/shared/server";
import { fixedConfig, silentLogger } from "@coder/testing";
import { HistoryRecorder } from "../history/HistoryRecorder.ts";
import { Follower } from "../projection/Follower.ts";
import { Lease } from "../projection/Lease.ts";
import { Projector } from "../projection/Projector.ts";
import { CONFIG } from "./parts.ts";
import { stormJob, TIMING } from "./storm-jobs.ts";

/** Works off the storm's jobs, or follows the queues: what `storm-process.ts` starts and a test kills. */
const { role, config, url, systemUrl } = JSON.parse(process.argv[2] ?? "");
const backend = openQueueBackend({ config, log: silentLogger });
const binding = handleJob(stormJob, async () => async ({ payload, attempt, progress, signal, log }) => {
  log.info({}, `Attempt ${attempt}`);
  await progress(1, 2);
  await delay(payload.ms, undefined, { signal });
  if (attempt <= payload.failures) throw new Error(`The storm took project ${payload.projectId} after ${payload.ms} ms`);
});
const modules = [{ module: "storm", jobs: [binding], events: [] }];

if (role === "worker") {
  await new JobWorkers({ backend, log: silentLogger, modules, product: { version: "1.0.0", modules: null }, permissions: { allows: async () => true }, timing: TIMING }).start();
  process.send?.("ready");
} else {
  const database = await openPostgres({ url, systemUrl, poolSize: 4, cursorKey: "storm", log: silentLogger });
  const jobs = new JobControl({ backend, modules: () => modules, log: silentLogger });
  const now = () => new Date();
  const live = fixedConfig(CONFIG);
  const history = new HistoryRecorder({ database, config: live, log: silentLogger, now });
  process.send?.("ready");
  void new Follower({
    jobs, history, config: live, log: silentLogger,
    lease: new Lease({ database, log: silentLogger, owner: String(process.pid), now, timing: { leaseMs: 1_500, renewMs: 300 } }),
    projector: (epoch) => new Projector({ database, jobs, config: live, history, epoch, now }),
  }).run(new AbortController().signal);
}
