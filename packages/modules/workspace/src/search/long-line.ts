import { Worker } from "node:worker_threads";
import { z } from "zod";
import type { RipgrepLine } from "./ripgrep-message.ts";

const AnswerSchema = z.custom<RipgrepLine | null>();

/** Reads the message of a very long line in a thread of its own: to take megabytes of JSON apart would hold up everybody else. */
export async function lineOfLongMessage(json: Buffer): Promise<RipgrepLine | null> {
  const thread = new Worker(new URL("./long-line-thread.ts", import.meta.url), { workerData: json });
  try {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    thread.once("message", resolve);
    thread.once("error", reject);
    thread.once("exit", () => reject(new Error("The thread ended without an answer")));
    return AnswerSchema.parse(await promise);
  } finally {
    await thread.terminate();
  }
}
