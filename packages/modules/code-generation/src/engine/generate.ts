import { generateEndpoint } from "../endpoint/generate-endpoint.ts";
import { validationFailed } from "../errors.ts";
import type { GenerationRequest } from "../threads/Engine.ts";
import { checkedInput } from "./checked-input.ts";
import type { Made } from "./made.ts";
import type { Snapshot } from "./snapshot.ts";
import { checkMade } from "./check-made.ts";
import { generateData } from "../data/generate-data.ts";

/** Runs a generator, and lets nothing through that is no code or too much of it. */
export function generate(snapshot: Snapshot, { generator, input }: GenerationRequest): Made {
  const request = checkedInput(generator, input);
  const made = request.generator === "http-endpoint" ? generateEndpoint(snapshot, request.input) : generateData(snapshot, request.input);
  const fault = checkMade(made.files);
  if (fault) throw validationFailed(fault.stage, fault.path, fault.message);
  return made;
}
