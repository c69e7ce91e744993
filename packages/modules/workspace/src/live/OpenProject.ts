import type { ProjectEvent } from "@coder/api/workspace";
import type { LiveItem } from "@coder/shared";
import { LiveFeed } from "@coder/shared/server";
import type { ILogger } from "@coder/shared/trpc";
import type { ProjectRow } from "../entities.ts";
import type { IChangeNotes } from "../files/Files.ts";
import type { FoundFile } from "../search/FileFinder.ts";
import type { ProjectAccess } from "../projects/ProjectAccess.ts";
import { rowsOfOpened } from "./rows-of-opened.ts";
import type { ITreeWatch, ITreeWatchers } from "./TreeWatchers.ts";

export interface OpenProjectDeps {
  readonly project: ProjectRow;
  readonly tree: string;
  readonly access: ProjectAccess;
  readonly watchers: ITreeWatchers;
  readonly changes: IChangeNotes;
  readonly log: ILogger;
  /** The project cannot be opened any more. */
  readonly onEnd: () => void;
}

/** The row is changed by any process of the product, so it is looked at. */
const LOOK_AT_ROW_MS = 3_000;

/** One project that is looked at: its watched tree, its row, and the feed of what happens to both. */
export class OpenProject {
  readonly #deps: OpenProjectDeps;
  readonly #feed = new LiveFeed<ProjectEvent>();
  readonly #watch: ITreeWatch;
  readonly #rowTimer: NodeJS.Timeout;
  readonly #ended = new AbortController();
  #state: string;

  constructor(deps: OpenProjectDeps) {
    this.#deps = deps;
    const { project, changes, watchers, tree } = deps;
    let isWatched = false;
    this.#watch = watchers.watch(tree, {
      changed: (told) => {
        this.#feed.publish({ kind: "changed", changes: [...told] });
        changes.note(project);
      },
      rescan: () => {
        this.#feed.publish({ kind: "rescan" });
        // The first only says that everything is watched from now on.
        if (isWatched) changes.note(project);
        isWatched = true;
      },
      git: () => void this.#feed.publish({ kind: "git" }),
    });
    this.#state = stateOf(project);
    this.#rowTimer = setInterval(() => void this.#lookAtRow(), LOOK_AT_ROW_MS);
    this.#rowTimer.unref();
  }

  /** Until the signal aborts or the project cannot be opened any more; then a last event says so. */
  async *events(lastEventId: string | undefined, signal: AbortSignal): AsyncGenerator<LiveItem<ProjectEvent>, void, undefined> {
    const either = AbortSignal.any([signal, this.#ended.signal]);
    yield* this.#feed.subscribe(lastEventId, either);
    const event: ProjectEvent = { kind: "project" };
    if (!signal.aborted) yield { id: this.#feed.publish(event), event };
  }

  /** Null when it is closed meanwhile. */
  find(query: string, limit: number): Promise<readonly FoundFile[] | null> {
    return this.#watch.find(query, limit);
  }

  close(): void {
    clearInterval(this.#rowTimer);
    this.#ended.abort();
    this.#watch.close();
  }

  async #lookAtRow(): Promise<void> {
    const { project, access, log, onEnd } = this.#deps;
    try {
      const row = await rowsOfOpened(access, project).get(project.id);
      if (row?.status !== "ready") return onEnd();
      const state = stateOf(row);
      if (state !== this.#state) this.#feed.publish({ kind: "project" });
      this.#state = state;
    } catch (err) {
      log.warn({ projectId: project.id, err }, "A project's row could not be read; tried again");
    }
  }
}

/** What people see of a project, besides counts of its files. */
function stateOf({ status, revision, job }: ProjectRow): string {
  return JSON.stringify([status, revision, job]);
}
