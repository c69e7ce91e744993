import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { ProjectIdSchema } from "@coder/api/workspace";
import type { IDatabase } from "@coder/db";
import { OrganizationIdSchema } from "@coder/shared";
import type { ProjectDirectories } from "@coder/work-tree";
import { checkpointEntity } from "../entities.ts";
import type { CheckpointThread } from "./CheckpointThread.ts";
import { JOURNAL } from "./restore/Journal.ts";
import { settleRestore } from "./settle-restore.ts";

/** A restore is begun and done in seconds: a journal of this age is left of a process that was killed, or waits for one that holds the lock. */
const AFTER_MS = 10_000;

/** Finishes restores that killed processes have begun, in all projects. */
export class RestoreRecovery {
  readonly #deps: { readonly database: IDatabase; readonly dataDirectory: string; readonly directories: ProjectDirectories; readonly thread: CheckpointThread };

  constructor(deps: { readonly database: IDatabase; readonly dataDirectory: string; readonly directories: ProjectDirectories; readonly thread: CheckpointThread }) {
    this.#deps = deps;
  }

  /** Returns how many were finished. */
  async recover(signal: AbortSignal): Promise<number> {
    const root = path.join(this.#deps.dataDirectory, "checkpoints");
    let finished = 0;
    const failures: unknown[] = [];
    for (const organization of await namesIn(root)) {
      for (const project of await namesIn(path.join(root, organization))) {
        signal.throwIfAborted();
        // One that cannot be finished now, for example because the disk is full, holds up no other.
        await this.#recoverOne(path.join(root, organization, project), organization, project).then(
          (done) => void (done && (finished += 1)),
          (error: unknown) => failures.push(error),
        );
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} restores could not be finished; tried again`);
    return finished;
  }

  async #recoverOne(store: string, organization: string, project: string): Promise<boolean> {
    const journal = await stat(path.join(store, JOURNAL)).catch(() => null);
    if (!journal || Date.now() - journal.mtimeMs < AFTER_MS) return false;
    const { tree, staging } = this.#deps.directories.of({ organizationId: OrganizationIdSchema.parse(organization), id: ProjectIdSchema.parse(project) });
    const rows = this.#deps.database.system("retention").repository(checkpointEntity);
    return (await this.#deps.thread.holding({ tree, staging, store }, (held) => settleRestore(held, rows))) !== null;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}
