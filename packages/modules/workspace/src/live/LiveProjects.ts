import type { FindFilesInput, FoundFiles, ILive, ProjectEvent, WatchProjectInput } from "@coder/api/workspace";
import type { Caller, LiveItem } from "@coder/shared";
import type { ILogger } from "@coder/shared/trpc";
import type { ProjectDirectories } from "@coder/work-tree";
import type { ProjectRow } from "../entities.ts";
import { projectNotFound } from "../errors.ts";
import type { IChangeNotes } from "../files/Files.ts";
import type { ProjectAccess } from "../projects/ProjectAccess.ts";
import { OpenProject } from "./OpenProject.ts";
import type { ITreeWatchers } from "./TreeWatchers.ts";

export interface LiveProjectsDeps {
  readonly access: ProjectAccess;
  readonly directories: ProjectDirectories;
  readonly watchers: ITreeWatchers;
  readonly changes: IChangeNotes;
  readonly log: ILogger;
}

/** A tree stays watched for so long after the last who looked at it: somebody who was offline comes back without a gap, and quick open stays quick. */
const LINGER_MS = 5 * 60_000;

interface Used {
  readonly open: OpenProject;
  users: number;
  lingering: NodeJS.Timeout | undefined;
}

/** The projects that somebody looks at in this process, each watched once for all of them. */
export class LiveProjects implements ILive {
  readonly #deps: LiveProjectsDeps;
  readonly #used = new Map<string, Used>();

  constructor(deps: LiveProjectsDeps) {
    this.#deps = deps;
  }

  async *watchProject(caller: Caller, { projectId, lastEventId }: WatchProjectInput, signal: AbortSignal): AsyncGenerator<LiveItem<ProjectEvent>, void, undefined> {
    const project = await this.#deps.access.requireProject(caller, projectId);
    const used = this.#use(project);
    try {
      yield* used.open.events(lastEventId, signal);
    } finally {
      this.#leave(project.id, used);
    }
  }

  async findFiles(caller: Caller, { projectId, query, limit }: FindFilesInput): Promise<FoundFiles> {
    const project = await this.#deps.access.requireProject(caller, projectId);
    const used = this.#use(project);
    try {
      const files = await used.open.find(query, limit);
      // The project was closed while the question was on its way.
      if (!files) throw projectNotFound();
      return { items: files.map(({ path, score, positions }) => ({ path, score, positions: [...positions] })) };
    } finally {
      this.#leave(project.id, used);
    }
  }

  async stop(): Promise<void> {
    for (const [id, used] of this.#used) this.#close(id, used);
    await this.#deps.watchers.close();
  }

  #use(project: ProjectRow): Used {
    const used = this.#used.get(project.id) ?? this.#start(project);
    used.users += 1;
    clearTimeout(used.lingering);
    return used;
  }

  #start(project: ProjectRow): Used {
    const { access, directories, watchers, changes, log } = this.#deps;
    const open = new OpenProject({
      project, access, watchers, changes, log,
      tree: directories.of(project).tree,
      onEnd: () => this.#close(project.id, used),
    });
    const used: Used = { open, users: 0, lingering: undefined };
    this.#used.set(project.id, used);
    return used;
  }

  #leave(id: string, used: Used): void {
    used.users -= 1;
    if (used.users > 0 || this.#used.get(id) !== used) return;
    used.lingering = setTimeout(() => this.#close(id, used), LINGER_MS);
    used.lingering.unref();
  }

  #close(id: string, used: Used): void {
    if (this.#used.get(id) === used) this.#used.delete(id);
    clearTimeout(used.lingering);
    used.open.close();
  }
}
