"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { useTRPC } from "#api/trpc.tsx";
import { useIde } from "../ide-context.ts";
import { changesOf, decorationsOf } from "./changes.ts";

/** A burst of changes asks once, and steady ones ask this often. */
const ASK_AFTER_MS = 300;

/** What git says of the project, kept by whoever follows it (`useFollowGit`). */
export function useGitStatus() {
  const { projectId } = useIde();
  const trpc = useTRPC();
  return useQuery(trpc.workspace.gitStatus.queryOptions({ projectId }, { staleTime: Number.POSITIVE_INFINITY }));
}

/** Asks git again when something happened, one question at a time, and gives the explorer its colours. Once per open project. */
export function useFollowGit(): void {
  const { projectId, feed, decorations } = useIde();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { data } = useGitStatus();

  useEffect(() => {
    const key = trpc.workspace.gitStatus.queryKey({ projectId });
    let timer: ReturnType<typeof setTimeout> | null = null;
    let asking = false;
    let again = false;
    const ask = async () => {
      timer = null;
      asking = true;
      again = false;
      await queries.invalidateQueries({ queryKey: key });
      asking = false;
      if (again) later();
    };
    const later = () => {
      again = true;
      if (!asking) timer ??= setTimeout(() => void ask(), ASK_AFTER_MS);
    };
    const stop = feed.listen(later);
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [projectId, feed, queries, trpc]);

  const byPath = useMemo(() => decorationsOf(data ? changesOf(data) : []), [data]);
  useEffect(() => decorations.replace(byPath), [decorations, byPath]);
}

/** How many files differ, beside the icon. */
export function useChangeBadge() {
  const { data } = useGitStatus();
  const count = data?.entries.length ?? 0;
  return count === 0 ? null : { count, label: count === 1 ? "1 changed file" : `${count} changed files` };
}
