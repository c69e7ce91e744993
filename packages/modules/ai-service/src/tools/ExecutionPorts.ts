import { setTimeout as delay } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { RunIdSchema } from "@coder/api/execution";
import type { executionRouter } from "@coder/api/execution/router";
import type { ProjectId } from "@coder/api/workspace";
import type { Caller } from "@coder/shared";
import type { ServiceClient } from "@coder/shared/trpc";
import type { IProposals, IRuns, ProjectScript, Proposal, RunEnd } from "./ports.ts";

const TITLE_LENGTH = 200;
const MODEL_LENGTH = 100;
/** What is looked at of a run's output. */
const TAIL_BYTES = 20_000;
const FIRST_LOOK_MS = 100;
const LAST_LOOK_MS = 1_000;

/** Change sets and runs, as the module `execution` makes them. */
export class ExecutionPorts implements IProposals, IRuns {
  readonly #execution: ServiceClient<typeof executionRouter>;

  constructor(deps: { readonly execution: ServiceClient<typeof executionRouter> }) {
    this.#execution = deps.execution;
  }

  async create(caller: Caller, signal: AbortSignal, { projectId, title, reason, conversationId, model, files, key }: Proposal): Promise<string> {
    const { id } = await this.#execution(caller, { signal }).createChangeSet({
      projectId,
      title: oneLine(title, TITLE_LENGTH),
      reason,
      origin: { kind: "chat", name: oneLine(model, MODEL_LENGTH), version: "1", conversationId },
      files: files.map((file) => ({ ...file })),
      key,
    });
    return id;
  }

  async scripts(caller: Caller, signal: AbortSignal, projectId: ProjectId): Promise<readonly ProjectScript[]> {
    const { folders } = await this.#execution(caller, { signal }).listScripts({ projectId });
    return folders.flatMap(({ folder, scripts }) => scripts.map(({ name, command }) => ({ folder, name, command })));
  }

  async start(caller: Caller, signal: AbortSignal, { projectId, folder, name, args }: { readonly projectId: ProjectId; readonly folder: string; readonly name: string; readonly args: readonly string[] }): Promise<string> {
    const { id } = await this.#execution(caller, { signal }).startRun({ projectId, target: { kind: "script", folder, name, args: [...args] } });
    return id;
  }

  /** Whoever stops the answer stops the run too. */
  async wait(caller: Caller, signal: AbortSignal, runId: string, seconds: number): Promise<RunEnd> {
    const id = RunIdSchema.parse(runId);
    const execution = this.#execution(caller);
    const until = Date.now() + seconds * 1000;
    try {
      for (let wait = FIRST_LOOK_MS; ; wait = Math.min(wait * 2, LAST_LOOK_MS)) {
        const { state, exitCode, outputBytes, problem } = await execution.getRun({ id });
        if ((state !== "waiting" && state !== "running") || Date.now() >= until) {
          const offset = Math.max(0, outputBytes - TAIL_BYTES);
          const { bytes } = await execution.readOutput({ id, offset, limit: TAIL_BYTES });
          const tail = Buffer.from(bytes, "base64").toString("utf8");
          // The end of a secret is not known as one: a line that is cut is left out.
          const output = offset === 0 ? tail : tail.slice(tail.indexOf("\n") + 1);
          return { id, state, exitCode, output: [stripVTControlCharacters(output), problem ? `${problem.message} ${problem.remedy}` : ""].filter((text) => text !== "").join("\n") };
        }
        await delay(wait, undefined, { signal });
      }
    } catch (error) {
      if (signal.aborted) await execution.cancelRun({ id });
      throw error;
    }
  }
}

/** A model may write what no name may hold. */
function oneLine(text: string, maxLength: number): string {
  const line = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ").replace(/\s+/g, " ").trim().slice(0, maxLength).trim();
  return line === "" ? "Proposal" : line;
}
