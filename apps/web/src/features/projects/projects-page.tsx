"use client";

import { useState } from "react";
import { CommandButton } from "#commands/command-controls.tsx";
import { useCommands } from "#commands/registry.tsx";
import { useSession } from "#features/session/session.tsx";
import { useUrlParam } from "#lib/use-url-param.ts";
import { TabbedPage } from "#ui/tabs.tsx";
import { ImportDialog } from "./import-dialog.tsx";
import { NewProjectDialog } from "./new-project-dialog.tsx";
import { ProjectsTab } from "./projects-tab.tsx";
import { TrashTab } from "./trash-tab.tsx";
import { useProjects } from "./use-projects.ts";

type Tab = "projects" | "trash";

/** The projects of the organization: opening them, bringing in new ones, and what was thrown away. */
export function ProjectsPage() {
  const { may } = useSession();
  const [tab, setTab] = useUrlParam("tab");
  const [dialog, setDialog] = useState<"new" | "import" | null>(null);
  const projects = useProjects("open");
  const trash = useProjects("trash");

  useCommands([
    { id: "project.new", title: "New project", category: "Projects", icon: "add", when: (context) => context.may("workspace.project.create"), run: () => setDialog("new") },
    { id: "project.import", title: "Import a project", category: "Projects", icon: "cloud-download", keys: "mod+i", when: (context) => context.may("workspace.project.create"), run: () => setDialog("import") },
  ]);

  const tabs: readonly { readonly value: Tab; readonly label: string; readonly count?: number | undefined }[] = [
    { value: "projects", label: "Projects", count: projects.data?.length },
    ...(may("workspace.project.delete") ? [{ value: "trash" as const, label: "Trash", count: trash.data?.length }] : []),
  ];
  const shown = tabs.find(({ value }) => value === tab)?.value ?? "projects";

  return (
    <TabbedPage
      title="Projects"
      value={shown}
      onChange={(value) => setTab(value === "projects" ? null : value, "push")}
      tabs={tabs}
      actions={
        <>
          <CommandButton command="project.new" variant="quiet" />
          <CommandButton command="project.import" title="Import" variant={projects.data?.length === 0 ? "secondary" : "primary"} />
        </>
      }
    >
      {shown === "projects" ? <ProjectsTab projects={projects} /> : <TrashTab projects={trash} />}
      <NewProjectDialog open={dialog === "new"} onClose={() => setDialog(null)} />
      <ImportDialog open={dialog === "import"} onClose={() => setDialog(null)} />
    </TabbedPage>
  );
}
