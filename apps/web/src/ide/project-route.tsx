"use client";

import type { ProjectId } from "@coder/api/workspace";
import { fetchAhead } from "./fetch-ahead.ts";
import { ProjectPage } from "./project-page.tsx";

if (typeof window !== "undefined") fetchAhead(new URLSearchParams(window.location.search).get("file") !== null);

/** The page of one project. */
export function ProjectRoute({ id }: { readonly id: ProjectId }) {
  return <ProjectPage key={id} id={id} />;
}
