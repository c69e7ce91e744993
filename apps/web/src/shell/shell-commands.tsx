"use client";

import { useMutation } from "@tanstack/react-query";
import { usePathname, useRouter } from "next/navigation";
import { useEffect } from "react";
import { toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import type { Command } from "#commands/command.ts";
import { PLAIN_KEYS_SETTING, plainKeysEnabled } from "#commands/keyboard.tsx";
import { useCommands, useRegistry } from "#commands/registry.tsx";
import { useSession } from "#features/session/session.tsx";
import { leave } from "#features/session/leave.ts";
import { THEME_NAMES, THEMES } from "#features/theme/theme.ts";
import { useFollowPreferences, useRememberTheme } from "#features/theme/use-remember-theme.ts";
import { writeLocal } from "#lib/storage.ts";
import { toast } from "#ui/toast.tsx";
import { AREAS } from "./areas.ts";
import { focusNextRegion, rememberFocus } from "./regions.ts";

/** The commands that are there on every page. Draws nothing. */
export function ShellCommands() {
  const router = useRouter();
  const registry = useRegistry();
  const path = usePathname();
  const session = useSession();
  const signOut = useSignOut();
  const rememberTheme = useRememberTheme();
  useFollowPreferences();

  useEffect(() => registry.setContext({ signedIn: true, path, may: session.may }), [registry, path, session]);
  useEffect(() => {
    document.addEventListener("focusin", rememberFocus);
    return () => document.removeEventListener("focusin", rememberFocus);
  }, []);

  const areas = AREAS.map(
    ({ id, title, path: href, icon, keys, permissions }): Command => ({
      id: `go.${id}`,
      title,
      category: "Go to",
      icon,
      keys,
      when: ({ may }) => permissions.length === 0 || permissions.some(may),
      run: () => router.push(href),
    }),
  );
  const themes = THEMES.map((theme): Command => ({ id: `theme.${theme}`, title: THEME_NAMES[theme], category: "Theme", icon: "color-mode", run: () => rememberTheme(theme) }));
  useCommands([
    ...areas,
    { id: "account.profile", title: "Profile", category: "Account", icon: "account", run: () => router.push("/profile") },
    { id: "account.sessions", title: "Your sessions", category: "Account", icon: "device-desktop", run: () => router.push("/sessions") },
    { id: "account.signOut", title: "Sign out", category: "Account", icon: "sign-out", run: signOut },
    ...themes,
    { id: "view.nextRegion", title: "Go to the next region", category: "View", keys: "f6", run: () => focusNextRegion(1) },
    { id: "view.previousRegion", title: "Go to the previous region", category: "View", keys: "shift+f6", run: () => focusNextRegion(-1) },
    {
      id: "keys.togglePlain",
      title: "Turn shortcuts without Ctrl or Alt on or off",
      category: "Keyboard",
      icon: "keyboard",
      run: () => {
        const on = !plainKeysEnabled();
        writeLocal(PLAIN_KEYS_SETTING, on);
        toast({ title: on ? "Shortcuts such as “g p” are on" : "Shortcuts such as “g p” are off" });
      },
    },
  ]);
  return null;
}

function useSignOut(): () => void {
  const trpc = useTRPC();
  const { mutate } = useMutation(
    trpc.auth.signOut.mutationOptions({
      onSuccess: () => leave("/sign-in"),
      onError: (error) => {
        const { message, remedy } = toProblem(error);
        toast({ kind: "error", title: message, detail: remedy });
      },
    }),
  );
  return () => mutate({});
}
