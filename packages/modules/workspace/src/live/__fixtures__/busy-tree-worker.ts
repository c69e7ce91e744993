import { parentPort } from "node:worker_threads";
import { z } from "zod";
import "../tree-worker.ts";

// The real thread, which can be kept busy for a while, so that events gather in the system's queue.

const Busy = z.object({ busyMs: z.number() });

parentPort?.on("message", (message: unknown) => {
  const wanted = Busy.safeParse(message).data;
  const until = performance.now() + (wanted?.busyMs ?? 0);
  while (performance.now() < until);
});
