"use client";

import type { ProjectId } from "@coder/api/workspace";
import dynamic from "next/dynamic";
import { FrameBones } from "./frame/frame-bones.tsx";

// Nothing of an open project can be drawn on the server, and no other page carries its code.
const ProjectPage = dynamic(async () => (await import("./project-page.tsx")).ProjectPage, { ssr: false, loading: () => <FrameBones /> });

/** The page of one project. */
export function ProjectRoute({ id }: { readonly id: ProjectId }) {
  return <ProjectPage key={id} id={id} />;
}
