import type { RunId } from "@coder/api/execution";
import { unlessConflict, type IDatabase, type IRepository, type Stored } from "@coder/db";
import type { Caller } from "@coder/shared";
import { runEntity, type RunRow } from "../entities.ts";
import type { Room } from "../Room.ts";
import type { Ended } from "./ended.ts";
import { roomExceeded } from "./errors.ts";

export interface RunRoomDeps {
  readonly database: IDatabase;
  readonly room: Room;
  readonly now: () => Date;
}

/**
 * The room that runs take in the organization's projects. It stands in the run's row as long as it is taken, so that others can give back what a killed worker had.
 * Whoever takes it out of the row gives it back: never twice. A crash at that very moment leaves it counted until usage is counted anew.
 */
export class RunRoom {
  readonly #deps: RunRoomDeps;

  constructor(deps: RunRoomDeps) {
    this.#deps = deps;
  }

  /** Does work that may add so many bytes, or as many as there is room for. What the organization's room ends says so: `quota_exceeded`. */
  async filling(caller: Caller, row: Stored<RunRow>, mostBytes: number, work: (roomBytes: number) => Promise<Ended>): Promise<Ended> {
    const takenAt = this.#deps.now().toISOString();
    const bytes = await this.#deps.room.reserveUpTo(caller, row.projectId, mostBytes);
    let added = 0;
    try {
      await this.#rows(caller).update(row.id, { limits: { ...row.limits, room: { bytes, takenAt } } });
      const ended = await work(bytes);
      added = ended.treeGrowthBytes ?? 0;
      return ended.endedBy === "tree" && bytes < mostBytes && added > bytes ? { ...ended, problem: roomExceeded() } : ended;
    } finally {
      // How it ended is known, whatever comes of this.
      await this.giveBack(caller, row.id, added).catch(() => undefined);
    }
  }

  /** Gives back what a run still has, but for what it added. Repeating it changes nothing. */
  async giveBack(caller: Caller, id: RunId, added = 0): Promise<void> {
    const rows = this.#rows(caller);
    for (let row = await rows.get(id); row?.limits?.room; row = await rows.get(id)) {
      const { room, ...limits } = row.limits;
      if (!(await unlessConflict(rows.update(id, { limits }, { etag: row.etag })))) continue;
      await this.#deps.room.giveBack(caller, row.projectId, { files: 0, bytes: room.bytes - added }, room.takenAt);
      return;
    }
  }

  #rows(caller: Caller): IRepository<RunRow> {
    return this.#deps.database.for(caller).repository(runEntity);
  }
}
