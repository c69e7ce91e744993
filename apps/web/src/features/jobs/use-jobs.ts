"use client";

import type { Job, JobFilter } from "@coder/api/dashboard";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "#lib/store.ts";
import type { JobOrder } from "./job-filter.ts";
import { type JobFeed, useAfterChanges, useFeedListener } from "./job-feed.ts";
import type { JobsApi } from "./jobs-api.ts";
import { forgetBefore, hear, NOTHING_TOLD, nextLeave, shownJobs } from "./live-jobs.ts";

const PAGE = 100;
const FIRST_PAGE: string | null = null;
const COUNTS_EVERY_MS = 2_000;
const ASK_EVERY_MS = 5_000;

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
  const [live, setLive] = useState(NOTHING_TOLD);
  const [now, setNow] = useState(() => Date.now());
  const { refetch } = pages;

  const readAnew = () => {
    const began = Date.now();
    void refetch().then(() => setLive((known) => forgetBefore(known, began)));
  };
  useFeedListener(feed, (changes) => {
    if (changes === null) return readAnew();
    const next = hear(live, changes, filter, Date.now());
    if (next === null) return readAnew();
    setLive(next);
    setNow(Date.now());
  });
  const asked = useRef(question);
  useEffect(() => {
    if (asked.current === question) return;
    asked.current = question;
    setLive(NOTHING_TOLD);
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
  const queryClient = useQueryClient();
  const queryKey = ["jobs", api.scope, "counts", filter] as const;
  useAfterChanges(feed, COUNTS_EVERY_MS, () => void queryClient.invalidateQueries({ queryKey }));
  return useQuery({ queryKey, queryFn: ({ signal }) => api.count.query(filter, { signal }), enabled, refetchInterval: 15_000, placeholderData: (before) => before });
}

export function useQueues(api: JobsApi, feed: JobFeed) {
  const queryClient = useQueryClient();
  const queryKey = ["jobs", api.scope, "queues"] as const;
  useAfterChanges(feed, COUNTS_EVERY_MS, () => void queryClient.invalidateQueries({ queryKey }));
  return useQuery({ queryKey, queryFn: ({ signal }) => api.queues.query({}, { signal }), refetchInterval: 5_000, staleTime: 1_000 });
}
