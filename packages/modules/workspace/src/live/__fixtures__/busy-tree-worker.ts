import { parentPort } from "node:worker_threads";
import { z } from "zod";
import "../tree-worker.ts";

// The real thread, which can be kept busy until somebody else is done, so that events gather in the system's queue.

const Busy = z.object({ busyUntilSet: z.instanceof(SharedArrayBuffer) });

parentPort?.on("message", (message: unknown) => {
  const { data } = Busy.safeParse(message);
  if (data) Atomics.wait(new Int32Array(data.busyUntilSet), 0, 0);
});
