"use client";

import type { Job, JobFilter } from "@coder/api/dashboard";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { onceMore } from "#lib/once-more.ts";
import { useStore } from "#lib/store.ts";
import type { JobOrder } from "./job-filter.ts";
import { type JobFeed, useAfterChanges, useAskAnew, useFeedListener } from "./job-feed.ts";
import type { JobsApi } from "./jobs-api.ts";
import { forgetBefore, hear, type LiveJobs, NOTHING_TOLD, nextLeave, shownJobs } from "./live-jobs.ts";
import { readForSure } from "./read-for-sure.ts";

const PAGE = 100;
const FIRST_PAGE: string | null = null;
const COUNTS_EVERY_MS = 2_000;
const ASK_EVERY_MS = 5_000;
/** In a storm of changes the list is read anew this often, and each time to its end. */
const ANEW_EVERY_MS = 1_000;

export interface JobList {
  readonly jobs: readonly Job[];
  readonly pages: ReturnType<typeof usePages>;
}

function usePages(api: JobsApi, filter: JobFilter, order: JobOrder, live: boolean) {
  return useInfiniteQuery({
    queryKey: ["jobs", api.scope, "list", filter, order],
    queryFn: ({ pageParam, signal }) => api.list.query({ ...filter, ...order, limit: PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) }, { signal }),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: (page) => page.nextCursor,
    staleTime: 0,
    refetchOnWindowFocus: false,
    refetchInterval: live ? false : ASK_EVERY_MS,
  });
}

/** The jobs that match, page by page as they come into view, kept as they are by what is told live. `held` stay in the list whatever becomes of them. */
export function useJobs(api: JobsApi, feed: JobFeed, filter: JobFilter, order: JobOrder, held: ReadonlySet<string>): JobList {
  const question = JSON.stringify([api.scope, filter, order]);
  const pages = usePages(api, filter, order, useStore(feed.live));
  // Several changes may be told before anything is drawn, as after an outage: each builds on the one before.
  const told = useRef(NOTHING_TOLD);
  const [live, setLive] = useState(NOTHING_TOLD);
  const keep = (next: LiveJobs) => {
    told.current = next;
    setLive(next);
  };
  const [now, setNow] = useState(() => Date.now());
  const queries = useQueryClient();

  const [inPeace] = useState(() => onceMore(ANEW_EVERY_MS));
  const readAnew = () => {
    void inPeace(async () => {
      const began = await readForSure(queries, ["jobs", api.scope, "list"], ASK_EVERY_MS);
      keep(forgetBefore(told.current, began));
    });
  };
  useFeedListener(feed, (changes) => {
    if (changes === null) return readAnew();
    const next = hear(told.current, changes, filter, Date.now());
    if (next === null) return readAnew();
    keep(next);
    setNow(Date.now());
  });
  const asked = useRef(question);
  useEffect(() => {
    if (asked.current === question) return;
    asked.current = question;
    keep(NOTHING_TOLD);
  }, [question]);

  const leave = nextLeave(live, now);
  useEffect(() => {
    if (leave === null) return;
    const timer = setTimeout(() => setNow(Date.now()), Math.max(0, leave - Date.now()) + 20);
    return () => clearTimeout(timer);
  }, [leave]);

  const { data, hasNextPage } = pages;
  const jobs = useMemo(
    () => shownJobs({ listed: data?.pages.flatMap(({ items }) => items) ?? [], live, order, filter, more: hasNextPage, held, now }),
    [data, hasNextPage, live, order, filter, held, now],
  );
  return { jobs, pages };
}

/** How many match, by state, whatever states are asked for. */
export function useCounts(api: JobsApi, feed: JobFeed, { states: _states, ...filter }: JobFilter, enabled = true) {
  const queryKey = ["jobs", api.scope, "counts", filter] as const;
  useAfterChanges(feed, COUNTS_EVERY_MS, useAskAnew(queryKey));
  return useQuery({ queryKey, queryFn: ({ signal }) => api.count.query(filter, { signal }), enabled, refetchInterval: 15_000, placeholderData: (before) => before });
}

export function useQueues(api: JobsApi, feed: JobFeed) {
  const queryKey = ["jobs", api.scope, "queues"] as const;
  useAfterChanges(feed, COUNTS_EVERY_MS, useAskAnew(queryKey));
  return useQuery({ queryKey, queryFn: ({ signal }) => api.queues.query({}, { signal }), refetchInterval: 5_000, staleTime: 1_000 });
}
