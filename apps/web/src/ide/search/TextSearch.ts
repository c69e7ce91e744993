import type { ProjectId, SearchedFile } from "@coder/api/workspace";
import type { useTRPCClient } from "#api/trpc.tsx";
import { toProblem } from "#api/problem.ts";
import { Store } from "#lib/store.ts";
import { NO_RESULTS, type SearchResults, withBatch } from "./search-results.ts";

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

/** One search at a time: a new one ends the one before. */
export class TextSearch extends Store<SearchResults> {
  readonly #client: ReturnType<typeof useTRPCClient>;
  readonly #projectId: ProjectId;
  #end: (() => void) | null = null;

  constructor(deps: { readonly client: ReturnType<typeof useTRPCClient>; readonly projectId: ProjectId }) {
    super(NO_RESULTS);
    this.#client = deps.client;
    this.#projectId = deps.projectId;
  }

  start(request: SearchRequest): void {
    this.stop();
    this.set({ ...NO_RESULTS, phase: "running" });
    let waiting: SearchedFile[] = [];
    let timer: ReturnType<typeof setTimeout> | null = null;
    const draw = () => {
      timer = null;
      const batch = waiting;
      waiting = [];
      if (batch.length > 0) this.update((state) => ({ ...state, files: withBatch(state.files, batch) }));
    };
    const finish = (changes: Partial<SearchResults>) => {
      if (timer !== null) clearTimeout(timer);
      draw();
      this.#end = null;
      subscription.unsubscribe();
      this.update((state) => ({ ...state, ...changes }));
    };
    const { include, exclude, ...rest } = request;
    const subscription = this.#client.workspace.searchText.subscribe(
      { ...rest, include: [...include], exclude: [...exclude], projectId: this.#projectId },
      {
        onData: (item) => {
          if (item.done) return finish({ phase: "done", summary: item.summary });
          waiting.push(...item.files);
          timer ??= setTimeout(draw, DRAW_EVERY_MS);
        },
        onError: (error) => finish({ phase: "failed", problem: toProblem(error) }),
        // It would begin anew by itself. Somebody who waits for results is told, and decides.
        onConnectionStateChange: ({ error }) => {
          if (error) finish({ phase: "failed", problem: toProblem(error) });
        },
      },
    );
    this.#end = () => {
      if (timer !== null) clearTimeout(timer);
      subscription.unsubscribe();
    };
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
