import type { Effects } from "./effects.ts";
import type { FAST, QueueRig } from "./queue-rig.ts";
import type { QueueStoreFixture } from "./queue-store-fixture.ts";
import type { WorkerProcess } from "./start-worker-process.ts";

/** What a suite works with. A rig and a worker process are ended after the test that made them. */
export interface QueueTestTools {
  fixture(): QueueStoreFixture;
  effects(): Effects;
  /** `timing` as a killed worker needs it; what the product ships otherwise. */
  rig(timing?: typeof FAST): QueueRig;
  workerProcess(): WorkerProcess;
}
