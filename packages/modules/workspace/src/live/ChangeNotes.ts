import { filesChangedEvent } from "@coder/api/workspace";
import { unlessConflict } from "@coder/db";
import type { ILogger } from "@coder/shared/trpc";
import type { ProjectRow } from "../entities.ts";
import type { IChangeNotes } from "../files/Files.ts";
import type { ProjectAccess } from "../projects/ProjectAccess.ts";
import { rowsOfOpened } from "./rows-of-opened.ts";

/** One event per project and so many seconds, however much changes. */
const EVERY_MS = 3_000;
/** Clocks of two machines may differ by so much: what another process wrote counts for a change only when it is later by more. */
const CLOCKS_MS = 1_000;

interface Noted {
  readonly project: Pick<ProjectRow, "id" | "organizationId">;
  readonly timer: NodeJS.Timeout;
  /** Of the latest change. */
  at: Date;
}

/** Writes down that a project's files changed, and with it tells everybody who wants to know: one write for all changes of a few seconds. */
export class ChangeNotes implements IChangeNotes {
  readonly #deps: { readonly access: ProjectAccess; readonly log: ILogger; readonly now: () => Date; readonly everyMs?: number };
  readonly #noted = new Map<string, Noted>();
  readonly #writing = new Set<Promise<void>>();

  constructor(deps: { readonly access: ProjectAccess; readonly log: ILogger; readonly now: () => Date; readonly everyMs?: number }) {
    this.#deps = deps;
  }

  note(project: Pick<ProjectRow, "id" | "organizationId">): void {
    const at = this.#deps.now();
    const noted = this.#noted.get(project.id);
    if (noted) noted.at = at;
    else this.#noted.set(project.id, { project, at, timer: setTimeout(() => this.#settle(project.id), this.#deps.everyMs ?? EVERY_MS) });
  }

  /** Writes down what is noted, before the process ends. */
  async stop(): Promise<void> {
    for (const [id, { timer }] of this.#noted) {
      clearTimeout(timer);
      this.#settle(id);
    }
    await Promise.all(this.#writing);
  }

  #settle(id: string): void {
    const noted = this.#noted.get(id);
    if (!noted) return;
    this.#noted.delete(id);
    const writing = this.#write(noted).catch((err: unknown) => {
      this.#deps.log.warn({ projectId: id, err }, "That a project's files changed could not be written down; tried again");
      this.note(noted.project);
    });
    this.#writing.add(writing);
    void writing.finally(() => this.#writing.delete(writing));
  }

  async #write({ project: { id, organizationId }, at }: Noted): Promise<void> {
    const rows = rowsOfOpened(this.#deps.access, { organizationId });
    // Another process that watches the same tree may have told of it already.
    await unlessConflict(
      rows.update(id, { filesChangedAt: this.#deps.now().toISOString() }, {
        where: { filesChangedAt: { lt: new Date(at.getTime() + CLOCKS_MS).toISOString() } },
        emit: [filesChangedEvent.with({ organizationId, projectId: id })],
      }),
    );
  }
}
