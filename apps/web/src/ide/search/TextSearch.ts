import type { ProjectId, SearchedFile } from "@coder/api/workspace";
import { AppError } from "@coder/shared";
import type { useTRPCClient } from "#api/trpc.tsx";
import { toProblem } from "#api/problem.ts";
import { Store } from "#lib/store.ts";
import { type MatchRow, NO_RESULTS, resultRows, type SearchResults, withBatch } from "./search-results.ts";

export interface SearchRequest {
  readonly query: string;
  readonly regex: boolean;
  readonly caseSensitive: boolean;
  readonly wholeWord: boolean;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly useIgnoreFiles: boolean;
}

/** What arrives in between is drawn together. */
const DRAW_EVERY_MS = 60;

/** One search at a time: a new one ends the one before. What was found stays while the project is open, whether its view is shown or not. */
export class TextSearch extends Store<SearchResults> {
  /** Files whose matches are folded away. */
  readonly closed = new Store<ReadonlySet<string>>(new Set());
  /** The match that was gone to last, by the key of its row. */
  readonly at = new Store<string | null>(null);
  readonly #client: ReturnType<typeof useTRPCClient>;
  readonly #projectId: ProjectId;
  #end: (() => void) | null = null;
  #request: SearchRequest | null = null;

  constructor(deps: { readonly client: ReturnType<typeof useTRPCClient>; readonly projectId: ProjectId }) {
    super(NO_RESULTS);
    this.#client = deps.client;
    this.#projectId = deps.projectId;
  }

  /** Whether what is there, or on its way, is about this. */
  answers(request: SearchRequest): boolean {
    return this.get().phase !== "idle" && JSON.stringify(request) === JSON.stringify(this.#request);
  }

  toggle(path: string): void {
    this.closed.update((before) => (before.has(path) ? new Set([...before].filter((other) => other !== path)) : new Set([...before, path])));
  }

  collapse(): void {
    this.closed.set(new Set(this.get().files.map(({ path }) => path)));
  }

  /** The next match in the order in which they are shown, or the one before, around the ends. */
  step(direction: 1 | -1): MatchRow | null {
    const matches = resultRows(this.get().files, this.closed.get()).filter((row) => row.kind === "match");
    const present = matches.findIndex(({ key }) => key === this.at.get());
    const next = matches[present < 0 ? (direction > 0 ? 0 : matches.length - 1) : (present + direction + matches.length) % matches.length] ?? null;
    this.at.set(next?.key ?? null);
    return next;
  }

  /** Nothing is looked for where nothing is asked. */
  startOrClear(request: SearchRequest): void {
    if (request.query === "") this.clear();
    else this.start(request);
  }

  start(request: SearchRequest): void {
    this.stop();
    this.#request = request;
    this.at.set(null);
    this.closed.set(new Set());
    this.set({ ...NO_RESULTS, phase: "running" });
    let waiting: SearchedFile[] = [];
    let timer: ReturnType<typeof setTimeout> | null = null;
    // Where the link is down, that is told before there is a subscription.
    let subscription: { unsubscribe(): void } | null = null;
    let over = false;
    const end = () => {
      over = true;
      if (timer !== null) clearTimeout(timer);
      subscription?.unsubscribe();
    };
    const draw = () => {
      timer = null;
      const batch = waiting;
      waiting = [];
      if (batch.length > 0) this.update((state) => ({ ...state, files: withBatch(state.files, batch) }));
    };
    const finish = (changes: Partial<SearchResults>) => {
      if (over) return;
      end();
      draw();
      this.#end = null;
      this.update((state) => ({ ...state, ...changes }));
    };
    const { include, exclude, ...rest } = request;
    subscription = this.#client.workspace.searchText.subscribe(
      { ...rest, include: [...include], exclude: [...exclude], projectId: this.#projectId },
      {
        onData: (item) => {
          if (item.done) return finish({ phase: "done", summary: item.summary });
          waiting.push(...item.files);
          timer ??= setTimeout(draw, DRAW_EVERY_MS);
        },
        onError: (error) => finish({ phase: "failed", problem: toProblem(error) }),
        onComplete: () => finish({ phase: "failed", problem: toProblem(new AppError("unavailable", "search_ended", "The server ended the search before it was through.", { remedy: "Search again." })) }),
        // It would begin anew by itself. Somebody who waits for results is told, and decides.
        onConnectionStateChange: ({ error }) => {
          if (error) finish({ phase: "failed", problem: toProblem(error) });
        },
      },
    );
    if (over) subscription.unsubscribe();
    else this.#end = end;
  }

  /** What was found so far stays. */
  stop(): void {
    const end = this.#end;
    this.#end = null;
    end?.();
    if (this.get().phase === "running") this.update((state) => ({ ...state, phase: "done" }));
  }

  clear(): void {
    this.stop();
    this.set(NO_RESULTS);
  }
}
