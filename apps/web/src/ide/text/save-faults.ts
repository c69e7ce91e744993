import { isAppError } from "@coder/shared";
import type { Problem } from "#api/problem.ts";
import type { DiskState } from "./document-state.ts";
import { type Encoding, ENCODING_NAMES } from "./encoding.ts";

/** What a refused write found on the disk; null when it was refused for another reason. */
export function diskOf(error: unknown): DiskState | null {
  if (!isAppError(error)) return null;
  if (error.code === "entry_not_found") return { kind: "deleted" };
  if (error.code !== "stale_write" && error.code !== "already_exists") return null;
  const hash = error.details?.["hash"];
  return typeof hash === "string" ? { kind: "changed", hash } : { kind: "deleted" };
}

export function unencodable(encoding: Encoding): Problem {
  return {
    kind: "invalid",
    code: "not_encodable",
    message: `The text holds characters that ${ENCODING_NAMES[encoding]} does not have.`,
    remedy: "Choose UTF-8 in the status bar and save again. Nothing was written.",
    traceId: null,
    details: {},
    issues: [],
  };
}
