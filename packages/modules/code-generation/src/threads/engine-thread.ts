import { parentPort } from "node:worker_threads";
import { isAppError } from "@coder/shared";
import { runTask } from "../engine/run-task.ts";
import type { EngineAnswer, EngineRequest } from "./Engine.ts";

parentPort?.on("message", (request: EngineRequest) => void answer(request).then((given) => parentPort?.postMessage(given, [])));

async function answer(request: EngineRequest): Promise<EngineAnswer> {
  try {
    return { ok: true, output: await runTask(request) };
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return { ok: false, refusal: isAppError(error) ? error.toJSON() : null, message, stack };
  }
}
