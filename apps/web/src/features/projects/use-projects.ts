"use client";

import type { Project } from "@coder/api/workspace";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { allPages } from "#api/all-pages.ts";
import { useTRPC, useTRPCClient } from "#api/trpc.tsx";
import { useSession } from "#features/session/session.tsx";

const PAGE = 200;
const REFRESH_MS = 30_000;
/** While something is being imported it is looked at more often. */
const IMPORT_REFRESH_MS = 1_500;
const PROJECTS = ["projects"] as const;

export type ProjectList = "open" | "trash";

/** The organization's projects to the last one: there are as many as its quota allows, and people sort and filter them as a whole. */
export function useProjects(list: ProjectList) {
  const client = useTRPCClient();
  const { may, organization } = useSession();
  return useQuery({
    queryKey: [...PROJECTS, organization?.id, list],
    queryFn: () => allPages<Project>((cursor) => client.workspace.listProjects.query({ ...cursor, limit: PAGE, ...(list === "trash" ? { status: "deleted" as const } : {}) })),
    enabled: may("workspace.project.read"),
    refetchInterval: ({ state }) => (state.data?.some(({ status }) => status === "importing") ? IMPORT_REFRESH_MS : REFRESH_MS),
  });
}

/** How much room the organization's projects take. */
export function useUsage() {
  const trpc = useTRPC();
  const { may } = useSession();
  return useQuery(trpc.workspace.getUsage.queryOptions({}, { enabled: may("workspace.usage.read"), refetchInterval: REFRESH_MS }));
}

/** Changes what is shown before the server has answered; returns the way back. */
export function usePatchProjects() {
  const queryClient = useQueryClient();
  const { organization } = useSession();
  const trpc = useTRPC();
  return {
    patch: async (change: (projects: readonly Project[]) => readonly Project[]): Promise<() => void> => {
      await queryClient.cancelQueries({ queryKey: PROJECTS });
      const key = [...PROJECTS, organization?.id, "open"];
      const before = queryClient.getQueryData<readonly Project[]>(key);
      queryClient.setQueryData<readonly Project[]>(key, (projects) => projects && change(projects));
      return () => queryClient.setQueryData(key, before);
    },
    refresh: async () => {
      await Promise.all([queryClient.invalidateQueries({ queryKey: PROJECTS }), queryClient.invalidateQueries({ queryKey: trpc.workspace.getProject.queryKey() }), queryClient.invalidateQueries({ queryKey: trpc.workspace.getUsage.queryKey() })]);
    },
  };
}
