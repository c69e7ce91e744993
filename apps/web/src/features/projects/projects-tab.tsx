"use client";

import type { Project } from "@coder/api/workspace";
import { useRouter } from "next/navigation";
import { useMemo, useState } from "react";
import { Loaded, type QueryLike } from "#api/loaded.tsx";
import { CommandButton } from "#commands/command-controls.tsx";
import { useSession } from "#features/session/session.tsx";
import { bytes } from "#lib/size.ts";
import { plural } from "#lib/time.ts";
import { useUrlParam } from "#lib/use-url-param.ts";
import { Button } from "#ui/button.tsx";
import { Split, SplitMain, Toolbar } from "#ui/page.tsx";
import { EmptyState } from "#ui/states.tsx";
import type { Sort } from "#ui/table/column.ts";
import { DataTable } from "#ui/table/data-table.tsx";
import { FilterField } from "#ui/table/filter-field.tsx";
import { type FilterKey, formatFilter, matchesText, parseFilter, valuesOf } from "#ui/table/filter.ts";
import { TableBones } from "#ui/table/table-bones.tsx";
import { useProjectColumns } from "./project-columns.tsx";
import styles from "./projects.module.css";
import { RenameProjectDialog } from "./rename-project-dialog.tsx";
import { Usage } from "./usage.tsx";
import { useProjectActions } from "./use-project-actions.ts";
import { SOURCE_KINDS, sourceText, STATUSES } from "./words.ts";
import { keysOf } from "#lib/keys-of.ts";

const FILTER_KEYS: readonly FilterKey[] = [
  { key: "state", description: "Whether it can be opened", values: keysOf(STATUSES).filter((status) => status !== "deleted").map((status) => ({ value: status, description: STATUSES[status].name })) },
  { key: "from", description: "Where its files came from", values: keysOf(SOURCE_KINDS).map((kind) => ({ value: kind, description: SOURCE_KINDS[kind].name })) },
];

const rowId = (project: Project) => project.id;

export function ProjectsTab({ projects }: { readonly projects: QueryLike<readonly Project[]> }) {
  const router = useRouter();
  const { may } = useSession();
  const [filterText, setFilterText] = useUrlParam("q");
  const [sort, setSort] = useState<Sort | null>({ column: "changed", direction: "descending" });
  const [renaming, setRenaming] = useState<Project | null>(null);
  const { remove, retry } = useProjectActions();
  const filter = useMemo(() => parseFilter(filterText ?? "", FILTER_KEYS), [filterText]);
  const columns = useProjectColumns({ onRename: setRenaming, onDelete: (project) => void remove(project), onRetry: retry });

  return (
    <Loaded query={projects} what="projects" skeleton={<TableBones columns={[240, 110, 200, 80, 80, 110]} />}>
      {(all) => {
        if (all.length === 0) return <Nothing mayCreate={may("workspace.project.create")} />;
        const states = valuesOf(filter, "state");
        const kinds = valuesOf(filter, "from");
        const rows = all.filter(
          ({ name, status, source }) =>
            (states.length === 0 || states.includes(status)) && (kinds.length === 0 || kinds.includes(source.kind)) && matchesText(filter.text, name, sourceText(source)),
        );
        return (
          <Split>
            <SplitMain>
              <Toolbar note={rows.length === all.length ? <Usage /> : `${rows.length} of ${plural(all.length, "project", "projects")}`}>
                <FilterField label="Filter projects" placeholder="Filter by name or source, or state:failed" keys={FILTER_KEYS} value={filter} onChange={(next) => setFilterText(formatFilter(next))} />
              </Toolbar>
              {rows.length === 0 ? (
                <EmptyState icon="search" title="No project matches" actions={<Button onClick={() => setFilterText(null)}>Clear the filter</Button>}>
                  <p>There {all.length === 1 ? "is one project" : `are ${all.length} projects`}.</p>
                </EmptyState>
              ) : (
                <div className={styles.table}>
                  <DataTable
                    label="Projects"
                    name="projects"
                    rows={rows}
                    rowId={rowId}
                    columns={columns}
                    rowHeight={36}
                    sort={sort}
                    onSort={setSort}
                    onOpen={(project) => router.push(`/projects/${project.id}`)}
                    footer={`${plural(rows.length, "project", "projects")}, ${bytes(rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))}`}
                  />
                </div>
              )}
            </SplitMain>
            <RenameProjectDialog project={renaming} onClose={() => setRenaming(null)} />
          </Split>
        );
      }}
    </Loaded>
  );
}

function Nothing({ mayCreate }: { readonly mayCreate: boolean }) {
  return (
    <EmptyState
      icon="repo"
      title="No projects yet"
      actions={
        mayCreate ? (
          <>
            <CommandButton command="project.import" variant="primary" />
            <CommandButton command="project.new" />
          </>
        ) : null
      }
    >
      <p>A project is a tree of files that you edit, search and run here. {mayCreate ? "Bring one in from an archive or a git repository, or begin with an empty one." : "Whoever may create projects brings the first one in."}</p>
    </EmptyState>
  );
}
