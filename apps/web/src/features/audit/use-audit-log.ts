"use client";

import type { AuditEntry } from "@coder/api/logging";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { useTRPCClient } from "#api/trpc.tsx";
import type { ServerFilter } from "./audit-filter.ts";

export type AuditScope = "organization" | "installation";

const PAGE = 100;
const HEAD = 50;
const REFRESH_MS = 4_000;
const FIRST_PAGE: string | null = null;

/**
 * The log, newest first. The pages below are read as they come into view; the newest entries are asked for again and again
 * and put on top, so that what is already there stays as it is.
 */
export function useAuditLog(scope: AuditScope, filter: ServerFilter) {
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const list = scope === "organization" ? client.logging.listEntries : client.logging.listInstallationEntries;
  const key = ["audit", scope, filter] as const;
  const pages = useInfiniteQuery({
    queryKey: [...key, "pages"],
    queryFn: ({ pageParam, signal }) => list.query({ ...filter, limit: PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) }, { signal }),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: (page) => page.nextCursor,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const loaded = pages.data !== undefined;
  const head = useQuery({
    queryKey: [...key, "head"],
    queryFn: ({ signal }) => list.query({ ...filter, limit: HEAD }, { signal }),
    enabled: loaded,
    refetchInterval: REFRESH_MS,
    staleTime: 0,
  });

  const newest = head.data?.items;
  const entries = useMemo(() => merge(newest ?? [], pages.data?.pages.flatMap((page) => page.items) ?? []), [newest, pages.data]);
  // More happened since than one look shows: read it anew instead of leaving a hole.
  const hole = newest !== undefined && newest.length === HEAD && loaded && !overlaps(newest, pages.data?.pages[0]?.items ?? []);
  useEffect(() => {
    if (hole) void queryClient.resetQueries({ queryKey: [...key, "pages"] });
  });
  return { pages, entries };
}

function overlaps(a: readonly AuditEntry[], b: readonly AuditEntry[]): boolean {
  const known = new Set(b.map(({ id }) => id));
  return b.length === 0 || a.some(({ id }) => known.has(id));
}

function merge(newest: readonly AuditEntry[], rest: readonly AuditEntry[]): AuditEntry[] {
  const known = new Set(rest.map(({ id }) => id));
  return [...newest.filter(({ id }) => !known.has(id)), ...rest];
}
