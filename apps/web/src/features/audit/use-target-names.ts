"use client";

import type { AuditEntry } from "@coder/api/logging";
import { useMemo } from "react";
import { useNames } from "#features/people/use-people.ts";
import { useProjects } from "#features/projects/use-projects.ts";
import { useSession } from "#features/session/session.tsx";
import { namesIn } from "./words.ts";

/** What people, projects and organizations are called now, and all else as the entries say. */
export function useTargetNames(entries: readonly AuditEntry[]): ReadonlyMap<string, string> {
  const people = useNames();
  const { data: projects } = useProjects("open");
  const { data: deleted } = useProjects("trash");
  const { organization } = useSession();
  return useMemo(
    () =>
      new Map([
        ...namesIn(entries),
        ...[...(deleted ?? []), ...(projects ?? [])].map(({ id, name }) => [id, name] as const),
        ...(organization ? [[organization.id, organization.name] as const] : []),
        ...people,
      ]),
    [entries, people, projects, deleted, organization],
  );
}
