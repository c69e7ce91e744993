"use client";

import type { Project } from "@coder/api/workspace";
import Link from "next/link";
import { useSession } from "#features/session/session.tsx";
import { Button } from "#ui/button.tsx";
import { StateView } from "#ui/states.tsx";
import { ImportProgress, useImport } from "./import-progress.tsx";
import { useProjectActions } from "./use-project-actions.ts";
import { sourceText } from "./words.ts";

/** A project whose files are on their way, or did not come. */
export function ImportingProject({ project }: { readonly project: Project }) {
  return project.status === "failed" ? <Failed project={project} /> : <Importing project={project} />;
}

function Importing({ project }: { readonly project: Project }) {
  const { cancel } = useImport(project);
  return (
    <StateView icon="cloud-download" title={`${project.name} is being imported`} actions={cancel ? <Button onClick={cancel}>Cancel</Button> : null}>
      <p>From {sourceText(project.source)}. It opens here by itself; you can leave this page meanwhile.</p>
      <ImportProgress project={project} />
    </StateView>
  );
}

function Failed({ project }: { readonly project: Project }) {
  const { may } = useSession();
  const { retry, remove } = useProjectActions();
  const { problem } = project;
  return (
    <StateView
      icon="error"
      tone="error"
      title={`${project.name} could not be imported`}
      actions={
        <>
          {may("workspace.project.create") ? (
            <Button variant="primary" icon="refresh" onClick={() => retry(project)}>
              Try again
            </Button>
          ) : null}
          {may("workspace.project.delete") ? (
            <Button icon="trash" onClick={() => void remove(project)}>
              Delete
            </Button>
          ) : null}
        </>
      }
    >
      <p>
        {problem ? `${problem.message} ${problem.remedy}` : "The reason is not known."} It was taken from {sourceText(project.source)}.
      </p>
      <p>
        <Link href="/projects">All projects</Link>
      </p>
    </StateView>
  );
}
