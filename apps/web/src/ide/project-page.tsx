"use client";

import type { Project, ProjectId } from "@coder/api/workspace";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { Loaded } from "#api/loaded.tsx";
import { useTRPC } from "#api/trpc.tsx";
import { ImportingProject } from "#features/projects/importing-project.tsx";
import { useProjectActions } from "#features/projects/use-project-actions.ts";
import { useSession } from "#features/session/session.tsx";
import { Button } from "#ui/button.tsx";
import { StateView } from "#ui/states.tsx";
import { FrameBones } from "./frame/frame-bones.tsx";
import { OpenProject } from "./open-project.tsx";

const IMPORT_POLL_MS = 1_000;
const REFRESH_MS = 60_000;

/** A project in the state it is in: open, on its way in, failed, or in the trash. */
export function ProjectPage({ id }: { readonly id: ProjectId }) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.workspace.getProject.queryOptions({ id }, { refetchInterval: ({ state }) => (state.data?.status === "importing" ? IMPORT_POLL_MS : REFRESH_MS) }),
  );
  return (
    <Loaded query={query} what="the project" skeleton={<FrameBones />}>
      {(project) => <ProjectInState project={project} />}
    </Loaded>
  );
}

function ProjectInState({ project }: { readonly project: Project }) {
  const { may } = useSession();
  const { restore } = useProjectActions();
  useTitle(project.name);
  if (project.status === "importing" || project.status === "failed") return <ImportingProject project={project} />;
  if (project.status === "deleted") {
    return (
      <StateView
        icon="trash"
        title={`${project.name} is in the trash`}
        actions={
          may("workspace.project.delete") ? (
            <Button variant="primary" icon="discard" onClick={() => restore(project)}>
              Restore
            </Button>
          ) : null
        }
      >
        <p>Its files are still there. Restored, it opens as it was left.</p>
      </StateView>
    );
  }
  if (!may("workspace.file.read")) {
    return (
      <StateView icon="lock" title="You may not open the files of projects">
        <p>An owner or admin of the organization can give you a role that may.</p>
      </StateView>
    );
  }
  return <OpenProject project={project} />;
}

/** The name of the project in the title of the window. */
function useTitle(name: string): void {
  useEffect(() => {
    const before = document.title;
    document.title = `${name} · Coder IDE`;
    return () => {
      document.title = before;
    };
  }, [name]);
}
