import { describeTarget } from "../target/describe-target.ts";
import { readSentence } from "../sentence/read-sentence.ts";
import type { EngineRequest } from "../threads/Engine.ts";
import { generateFormatted } from "./generate.ts";

/** What a thread does with one request. Pure: the same request has the same answer. */
export async function runTask(request: EngineRequest): Promise<unknown> {
  switch (request.task) {
    case "describe":
      return describeTarget(request.input.snapshot);
    case "read":
      return readSentence(request.input.sentence, request.input.snapshot);
    case "generate":
      return generateFormatted(request.input.snapshot, request.input.request);
  }
}
