"use client";

import type { ChangeSetId } from "@coder/api/execution";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { followStream } from "#api/follow-stream.ts";
import { useTRPC, useTRPCClient } from "#api/trpc.tsx";
import { useSession } from "#features/session/session.tsx";
import { useIde } from "../ide-context.ts";
import { isDeciding } from "./deciding.ts";
import { CHANGE_GROUPS, type ChangeGroup } from "./review-state.ts";

const PAGE = 100;

/** The project's change sets of one group, newest first, page by page: however many are done with, what waits for review is not among them. */
export function useChanges(group: ChangeGroup) {
  const { projectId } = useIde();
  const { may } = useSession();
  const trpc = useTRPC();
  return useInfiniteQuery(
    trpc.execution.listChangeSets.infiniteQueryOptions(
      { projectId, limit: PAGE, states: [...CHANGE_GROUPS[group]] },
      { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined, staleTime: Number.POSITIVE_INFINITY, enabled: may("execution.changeSet.read") },
    ),
  );
}

/** One with its files and decisions. */
export function useChangeSet(id: ChangeSetId) {
  const trpc = useTRPC();
  return useQuery(trpc.execution.getChangeSet.queryOptions({ id }, { staleTime: Number.POSITIVE_INFINITY, enabled: () => !isDeciding(id) }));
}

/** How many wait for somebody, beside the icon: there as long as the project is open, and so what keeps all views of changes up to date. */
export function useReviewBadge() {
  useFollowChanges();
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = useChanges("open");
  // Nobody misses one that waits: these are all of them.
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  const count = data?.pages.flatMap(({ items }) => items).filter(({ state }) => state !== "applying").length ?? 0;
  return count === 0 ? null : { count, label: count === 1 ? "1 change to review" : `${count} changes to review` };
}

/** Hears what happens to change sets, by whomever, and asks for them anew. */
function useFollowChanges(): void {
  const { projectId } = useIde();
  const { may } = useSession();
  const allowed = may("execution.changeSet.read");
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queries = useQueryClient();
  useEffect(() => {
    if (!allowed) return undefined;
    const ask = (id?: ChangeSetId) => {
      void queries.invalidateQueries({ queryKey: trpc.execution.listChangeSets.pathKey() });
      void queries.invalidateQueries({ queryKey: id ? trpc.execution.getChangeSet.queryKey({ id }) : trpc.execution.getChangeSet.queryKey() });
    };
    return followStream((ended) =>
      client.execution.watchChangeSets.subscribe({ projectId }, { onData: ({ data }) => ask("gap" in data ? undefined : data.event.id), onError: ended, onComplete: ended }),
    );
  }, [projectId, allowed, client, queries, trpc]);
}
