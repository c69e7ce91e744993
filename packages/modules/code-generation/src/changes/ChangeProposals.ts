import { createHash } from "node:crypto";
import type { executionRouter } from "@coder/api/execution/router";
import type { Caller } from "@coder/shared";
import type { ServiceClient } from "@coder/shared/trpc";
import type { Made } from "../engine/made.ts";
import type { RunRow } from "../entities.ts";

export type ExecutionClient = ServiceClient<typeof executionRouter>;

const MAX_TITLE = 200;
const MAX_REASON = 2_000;

/** Hands what was generated to the module that keeps, checks and applies changes. */
export class ChangeProposals {
  readonly #execution: ExecutionClient;

  constructor(deps: { readonly execution: ExecutionClient }) {
    this.#execution = deps.execution;
  }

  /** The id of the change set: the same generation has the same one, however often it is handed over. `stale_base` (409) where a file has changed meanwhile. */
  async propose(caller: Caller, run: RunRow, made: Made, signal: AbortSignal): Promise<string> {
    const { id } = await this.#execution(caller, { signal }).createChangeSet({
      projectId: run.projectId,
      title: made.title.slice(0, MAX_TITLE),
      reason: [made.reason, ...made.notes].join("\n"),
      origin: { kind: "generator", name: run.generator, version: run.generatorVersion },
      files: made.files.map(({ path, kind, original, content, reason, hunkReasons }) => ({
        path,
        kind,
        baseHash: original === null ? null : createHash("sha256").update(original).digest("hex"),
        content,
        reason: reason.slice(0, MAX_REASON),
        hunkReasons: hunkReasons.map((one) => ({ line: one.line, reason: one.reason.slice(0, MAX_REASON) })),
      })),
      key: `generation:${run.id}`,
    });
    return id;
  }
}
