import { parentPort } from "node:worker_threads";
import { isAppError } from "@coder/shared";
import { runTask } from "../engine/run-task.ts";
import type { EngineAnswer, EngineRequest } from "./Engine.ts";

parentPort?.on("message", (request: EngineRequest) => parentPort?.postMessage(answer(request), []));

function answer(request: EngineRequest): EngineAnswer {
  try {
    return { ok: true, output: runTask(request) };
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return { ok: false, refusal: isAppError(error) ? error.toJSON() : null, message, stack };
  }
}
