import type { ConversationId } from "@coder/api/ai-service";
import type { ProjectId } from "@coder/api/workspace";
import type { Caller } from "@coder/shared";
import type { ProposedFile } from "./edits.ts";

/** What a tool asks of the modules that change and run code, with the rights of the person. */
export interface IProposals {
  /** Returns the change set's id. The same key makes the same change set. */
  create(caller: Caller, signal: AbortSignal, proposal: Proposal): Promise<string>;
}
export interface Proposal {
  readonly projectId: ProjectId;
  readonly title: string;
  readonly reason: string;
  readonly conversationId: ConversationId;
  readonly model: string;
  readonly files: readonly ProposedFile[];
  readonly key: string;
}

export interface ProjectScript {
  readonly folder: string;
  readonly name: string;
  readonly command: string;
}
export interface RunEnd {
  readonly id: string;
  readonly state: string;
  readonly exitCode: number | null;
  /** The end of it. */
  readonly output: string;
}
export interface IRuns {
  scripts(caller: Caller, signal: AbortSignal, projectId: ProjectId): Promise<readonly ProjectScript[]>;
  /** Returns the run's id at once. */
  start(caller: Caller, signal: AbortSignal, run: { readonly projectId: ProjectId; readonly folder: string; readonly name: string; readonly args: readonly string[] }): Promise<string>;
  /** As it is when it ended, or after the seconds. */
  wait(caller: Caller, signal: AbortSignal, id: string, seconds: number): Promise<RunEnd>;
}
