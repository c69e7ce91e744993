"use client";

import type { ProjectId } from "@coder/api/workspace";
import { Suspense } from "react";
import { later } from "#lib/later.ts";
import { fetchAhead } from "./fetch-ahead.ts";
import { FrameBones } from "./frame/frame-bones.tsx";

// No other page carries the code of an open project.
const ProjectPage = later<{ readonly id: ProjectId }>(async () => (await import("./project-page.tsx")).ProjectPage);
if (typeof window !== "undefined") fetchAhead(new URLSearchParams(window.location.search).get("file") !== null);

/** The page of one project. */
export function ProjectRoute({ id }: { readonly id: ProjectId }) {
  return (
    <Suspense fallback={<FrameBones />}>
      <ProjectPage key={id} id={id} />
    </Suspense>
  );
}
