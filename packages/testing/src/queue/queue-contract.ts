import { afterAll, afterEach, beforeAll, beforeEach, describe } from "vitest";
import { Effects } from "./effects.ts";
import { eventSuite } from "./event-suite.ts";
import { jobControlSuite } from "./job-control-suite.ts";
import { jobFaultSuite } from "./job-fault-suite.ts";
import { jobOverviewSuite } from "./job-overview-suite.ts";
import { jobRunSuite } from "./job-run-suite.ts";
import { jobScheduleSuite } from "./job-schedule-suite.ts";
import { QueueRig } from "./queue-rig.ts";
import type { QueueStoreFixture } from "./queue-store-fixture.ts";
import type { QueueTestTools } from "./queue-test-tools.ts";
import { startWorkerProcess, type WorkerProcess } from "./start-worker-process.ts";

/** What jobs and events promise, the same on every store. `start` makes a store of its own. */
export function queueContract(name: string, start: () => Promise<QueueStoreFixture>): void {
  describe(`Queues on ${name}`, { timeout: 240_000 }, () => {
    let fixture: QueueStoreFixture;
    let effects: Effects;
    let rigs: QueueRig[] = [];
    let processes: WorkerProcess[] = [];

    beforeAll(async () => {
      fixture = await start();
      effects = new Effects(fixture.effectsUrl);
      await effects.create();
    });
    beforeEach(() => {
      rigs = [];
      processes = [];
    });
    afterEach(async () => {
      await Promise.all([...rigs.map((rig) => rig.stop()), ...processes.map((worker) => worker.kill())]);
    });
    afterAll(async () => {
      await effects.close();
      await fixture.stop();
    });

    const tools: QueueTestTools = {
      fixture: () => fixture,
      effects: () => effects,
      rig: (timing) => {
        const rig = new QueueRig(fixture.config, timing);
        rigs.push(rig);
        return rig;
      },
      workerProcess: () => {
        const worker = startWorkerProcess(fixture);
        processes.push(worker);
        return worker;
      },
    };
    jobRunSuite(tools);
    jobScheduleSuite(tools);
    jobControlSuite(tools);
    jobOverviewSuite(tools);
    eventSuite(tools);
    jobFaultSuite(tools);
  });
}
