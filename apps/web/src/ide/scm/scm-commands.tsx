"use client";

import { useCommands } from "#commands/registry.tsx";
import { useGitStatus } from "./use-git-status.ts";

/** What can be done with what git says, whether its view is shown or not. Draws nothing. */
export function ScmCommands() {
  const { fetchStatus, refetch } = useGitStatus();
  useCommands([{ id: "scm.refresh", title: "Ask git again", category: "Source control", icon: "refresh", enabled: fetchStatus === "idle", run: () => void refetch() }]);
  return null;
}
