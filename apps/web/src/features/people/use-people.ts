"use client";

import type { Invitation, Member } from "@coder/api/user-management";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { allPages } from "#api/all-pages.ts";
import { useTRPCClient } from "#api/trpc.tsx";
import { useSession } from "#features/session/session.tsx";

const PAGE = 200;
const REFRESH_MS = 20_000;
const MEMBERS = ["people", "members"] as const;
const INVITATIONS = ["people", "invitations"] as const;

/** All members of the organization. Their number has a limit, so the list is read whole. */
export function useMembers() {
  const client = useTRPCClient();
  const { may } = useSession();
  return useQuery({
    queryKey: MEMBERS,
    queryFn: ({ signal }) => allPages<Member>((cursor) => client.userManagement.listMembers.query({ limit: PAGE, ...cursor }, { signal })),
    enabled: may("user-management.member.read"),
    // A page that is opened later asks again: it names whoever came meanwhile.
    staleTime: 0,
    refetchInterval: REFRESH_MS,
  });
}

export function useInvitations() {
  const client = useTRPCClient();
  const { may } = useSession();
  return useQuery({
    queryKey: INVITATIONS,
    queryFn: ({ signal }) => allPages<Invitation>((cursor) => client.userManagement.listInvitations.query({ limit: PAGE, ...cursor }, { signal })),
    enabled: may("user-management.invitation.read"),
    refetchInterval: REFRESH_MS,
  });
}

/** Names by id, for lists that know ids only. */
export function useNames(): ReadonlyMap<string, string> {
  const { data } = useMembers();
  const { user } = useSession();
  return useMemo(() => new Map([[user.id, user.name], ...(data ?? []).map((member) => [member.userId, member.name] as const)]), [data, user]);
}

/** Changes what is shown before the server has answered; returns the way back. */
export function usePatchMember() {
  const queryClient = useQueryClient();
  return {
    patch: async (userId: string, change: Partial<Pick<Member, "role" | "status">> | null): Promise<() => void> => {
      await queryClient.cancelQueries({ queryKey: MEMBERS });
      const before = queryClient.getQueryData<Member[]>(MEMBERS);
      queryClient.setQueryData<Member[]>(MEMBERS, (members) =>
        members?.flatMap((member) => (member.userId !== userId ? [member] : change === null ? [] : [{ ...member, ...change }])),
      );
      return () => queryClient.setQueryData(MEMBERS, before);
    },
    refresh: () => queryClient.invalidateQueries({ queryKey: ["people"] }),
  };
}
