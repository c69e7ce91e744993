import type { ProjectId } from "@coder/api/workspace";
import { isAppError, type Caller } from "@coder/shared";
import type { WorkspaceClient } from "./changes/ProjectAccess.ts";

/** What some work adds to a project; negative: what it takes away. */
export interface Growth {
  readonly files: number;
  readonly bytes: number;
}

const ATTEMPTS = 5;
/** Of what is left, the part that work takes at most which may fill any room. */
const MOST = 0.9;

/** Room in the organization's projects: taken before it is filled, so that work of the same moment cannot exceed the quota together. */
export class Room {
  readonly #workspace: WorkspaceClient;

  constructor(deps: { readonly workspace: WorkspaceClient }) {
    this.#workspace = deps.workspace;
  }

  /** Does work with the room that it needs, which is given back where it fails: `quota_exceeded`. A crash in between leaves it counted until usage is counted anew. */
  async charging<Result>(caller: Caller, projectId: ProjectId, growth: Growth, work: () => Promise<Result>): Promise<Result> {
    const more = { files: Math.max(0, growth.files), bytes: Math.max(0, growth.bytes) };
    await this.reserve(caller, projectId, more);
    let result: Result;
    try {
      result = await work();
    } catch (error) {
      await this.giveBack(caller, projectId, more);
      throw error;
    }
    await this.giveBack(caller, projectId, { files: more.files - growth.files, bytes: more.bytes - growth.bytes });
    return result;
  }

  /**
   * Takes so many bytes, or most of what there is room for, and returns how many. Work of the same moment shares what there is: a program may run for hours, and what
   * people save meanwhile needs room too.
   */
  async reserveUpTo(caller: Caller, projectId: ProjectId, mostBytes: number): Promise<number> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const { bytes: { used, limit } } = await this.#workspace(caller).getUsage({});
      const bytes = Math.min(mostBytes, Math.floor(Math.max(0, limit - used) * MOST));
      try {
        await this.reserve(caller, projectId, { files: 0, bytes });
        return bytes;
      } catch (error) {
        // Others took it in between.
        if (!isAppError(error) || error.code !== "quota_exceeded") throw error;
      }
    }
    return 0;
  }

  /** `quota_exceeded`. */
  async reserve(caller: Caller, projectId: ProjectId, growth: Growth): Promise<void> {
    await this.#change(caller, projectId, growth);
  }

  /**
   * What could not be given back is counted until usage is counted anew, for example of a project that went to the trash meanwhile.
   * @param takenAt when it was taken: a count since then has given it back already
   */
  async giveBack(caller: Caller, projectId: ProjectId, { files, bytes }: Growth, takenAt?: string): Promise<void> {
    await this.#change(caller, projectId, { files: -files, bytes: -bytes }, takenAt).catch(() => undefined);
  }

  async #change(caller: Caller, projectId: ProjectId, { files, bytes }: Growth, takenAt?: string): Promise<void> {
    if (files !== 0 || bytes !== 0) await this.#workspace(caller).reserveRoom({ projectId, files, bytes, takenAt });
  }
}
