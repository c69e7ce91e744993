"use client";

import type { CurrentSession } from "@coder/api/auth";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import { toast } from "#ui/toast.tsx";

type OrganizationId = CurrentSession["organizations"][number]["id"];

/** Makes the session act in another organization. Everything that was loaded belongs to the one before and is forgotten. */
export function useSwitchOrganization(): (organizationId: OrganizationId) => void {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { mutate } = useMutation(
    trpc.auth.switchOrganization.mutationOptions({
      onSuccess: () => queryClient.resetQueries(),
      onError: (error) => {
        const { message, remedy } = toProblem(error);
        toast({ kind: "error", title: message, detail: remedy });
      },
    }),
  );
  return (organizationId) => mutate({ organizationId });
}
