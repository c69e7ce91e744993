import { setTimeout as delay } from "node:timers/promises";
import { handleJob, JobWorkers, openQueueBackend, runProcess } from "@coder/shared/server";
import { Effects } from "./effects.ts";
import { beatJob, echoJob, effectJob, programJob } from "./fixture-jobs.ts";
import { FAST, listeningLog } from "./queue-rig.ts";

/** What a worker in a process of its own does, for tests that kill it or cancel across processes. */
const { config, effectsUrl } = JSON.parse(process.argv[2] ?? "");
const effects = new Effects(effectsUrl);
const log = listeningLog();

const jobs = [
  handleJob(effectJob, async () => async ({ id, payload }) => {
    await effects.ran(id);
    await delay(payload.beforeMs);
    await effects.write(id);
    await delay(payload.afterMs);
  }),
  handleJob(beatJob, async () => async ({ id, signal }) => {
    while (!signal.aborted) {
      await effects.ran(id);
      await delay(20);
    }
  }),
  // Deaf to SIGTERM, and its child too.
  handleJob(programJob, async () => async ({ payload, signal }) => {
    await runProcess("sh", ["-c", `trap '' TERM; (trap '' TERM; sleep 100) & echo "$$ $!" > '${payload.pidFile}'; wait; sleep 100`], { signal });
  }),
  handleJob(echoJob, async () => async ({ id }) => effects.ran(id)),
];

const workers = new JobWorkers({ backend: openQueueBackend({ config, log }), log, modules: [{ module: "rig", jobs }], product: { version: "1.0.0", modules: null }, permissions: { allows: async () => true }, timing: FAST });
await workers.start();
process.send?.("ready");
