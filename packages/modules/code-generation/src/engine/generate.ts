import { formatted } from "../code/formatted.ts";
import { generateData } from "../data/generate-data.ts";
import { generateEndpoint } from "../endpoint/generate-endpoint.ts";
import { validationFailed } from "../errors.ts";
import type { GenerationRequest } from "../threads/Engine.ts";
import { checkMade } from "./check-made.ts";
import { checkedInput } from "./checked-input.ts";
import type { Made } from "./made.ts";
import type { Snapshot } from "./snapshot.ts";

/** Runs a generator, and lets nothing through that is no code or too much of it. */
export function generate(snapshot: Snapshot, request: GenerationRequest): Made {
  return checked(make(snapshot, request));
}

/** The same as the project's formatter writes it. */
export async function generateFormatted(snapshot: Snapshot, request: GenerationRequest): Promise<Made> {
  const made = make(snapshot, request);
  return checked({ ...made, files: await formatted(made.files, made.formatting) });
}

function make(snapshot: Snapshot, { generator, input }: GenerationRequest): Made {
  const request = checkedInput(generator, input);
  return request.generator === "http-endpoint" ? generateEndpoint(snapshot, request.input) : generateData(snapshot, request.input);
}

function checked(made: Made): Made {
  const fault = checkMade(made.files);
  if (fault) throw validationFailed(fault.stage, fault.path, fault.message);
  return made;
}
