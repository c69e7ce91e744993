"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { useTRPC } from "#api/trpc.tsx";
import { setTimeZone } from "#lib/time-zone.ts";
import type { Theme } from "./theme.ts";
import { chooseTheme } from "./use-theme.ts";

/** Takes over what the person chose elsewhere. Stands once behind the sign-in. */
export function useFollowPreferences(): void {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.userManagement.getPreferences.queryOptions({}, { staleTime: Number.POSITIVE_INFINITY }));
  const theme = data?.theme;
  const zone = data?.timeZone ?? undefined;
  useEffect(() => setTimeZone(zone), [zone]);
  useEffect(() => {
    if (theme !== undefined) chooseTheme(theme);
  }, [theme]);
}

/** Changes the theme at once and notes it with the person, so that it holds on their other machines too. */
export function useRememberTheme(): (theme: Theme) => void {
  const trpc = useTRPC();
  const { mutate } = useMutation(trpc.userManagement.updatePreferences.mutationOptions());
  return useCallback(
    (theme) => {
      chooseTheme(theme);
      // Where it cannot be noted it still holds in this browser.
      mutate({ theme });
    },
    [mutate],
  );
}
