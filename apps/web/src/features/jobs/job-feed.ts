"use client";

import type { JobChanges } from "@coder/api/dashboard";
import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { followStream } from "#api/follow-stream.ts";
import { onceMore } from "#lib/once-more.ts";
import { Store } from "#lib/store.ts";
import type { JobsApi } from "./jobs-api.ts";

/** What is told live: some changes, or null: read anew. */
type Listener = (changes: JobChanges | null) => void;

/** One stream for all parts of the page. */
export class JobFeed {
  /** Whether changes are told. Where they are not, views ask now and then. */
  readonly live = new Store(true);
  readonly #listeners = new Set<Listener>();

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  follow({ watch }: Pick<JobsApi, "watch">): () => void {
    const tell: Listener = (changes) => {
      for (const listener of this.#listeners) listener(changes);
    };
    return followStream(
      (ended) =>
        watch.subscribe(
          {},
          {
            onStarted: () => this.live.set(true),
            onData: ({ data }) => tell("gap" in data || data.event.more ? null : data.event),
            onError: ended,
            onComplete: ended,
          },
        ),
      () => this.live.set(false),
    );
  }
}

export function useJobFeed(api: JobsApi): JobFeed {
  const [feed] = useState(() => new JobFeed());
  useEffect(() => feed.follow(api), [feed, api]);
  return feed;
}

/** Hears while the component is shown. What listens may change with every render. */
export function useFeedListener(feed: JobFeed, listener: Listener): void {
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => feed.listen((changes) => latest.current(changes)), [feed]);
}

const AGAIN_AFTER_MS = 300;

/** Asks anew. What is being asked is not broken off by that: changes may come faster than answers, and then none would arrive. */
export function useAskAnew(queryKey: QueryKey): () => void {
  const queryClient = useQueryClient();
  const [inPeace] = useState(() => onceMore(AGAIN_AFTER_MS));
  return () => void inPeace(() => queryClient.invalidateQueries({ queryKey }));
}

/** Runs after something was told, at most once in that time. */
export function useAfterChanges(feed: JobFeed, everyMs: number, run: () => void): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const stop = feed.listen(() => {
      timer ??= setTimeout(() => {
        timer = null;
        latest.current();
      }, everyMs);
    });
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [feed, everyMs]);
}
