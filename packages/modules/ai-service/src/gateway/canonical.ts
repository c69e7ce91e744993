import { createHash } from "node:crypto";
import type { ModelRequest } from "./model-provider.ts";

/** JSON whose keys are in order, so that what is equal reads the same. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each) ? Object.fromEntries(Object.entries(each).sort(([left], [right]) => (left < right ? -1 : 1))) : each,
  );
}

/** The same for the same question to the same model, whoever asks and whenever. */
export function requestHash(request: ModelRequest): string {
  return createHash("sha256").update(canonicalJson(request)).digest("hex");
}
