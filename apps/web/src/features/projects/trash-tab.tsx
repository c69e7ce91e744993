"use client";

import type { Project } from "@coder/api/workspace";
import { useMemo, useState } from "react";
import { Loaded, type QueryLike } from "#api/loaded.tsx";
import { useSession } from "#features/session/session.tsx";
import { bytes } from "#lib/size.ts";
import { count, plural } from "#lib/time.ts";
import { Button } from "#ui/button.tsx";
import { Confirm } from "#ui/dialog.tsx";
import { EmptyState } from "#ui/states.tsx";
import type { Column, Sort } from "#ui/table/column.ts";
import { DataTable } from "#ui/table/data-table.tsx";
import { TableBones } from "#ui/table/table-bones.tsx";
import { Middle, Time } from "#ui/values.tsx";
import styles from "./projects.module.css";
import { useProjectActions } from "./use-project-actions.ts";
import { useUsage } from "./use-projects.ts";

const DAY_MS = 86_400_000;
const rowId = (project: Project) => project.id;

/** What was thrown away and can still be taken back. */
export function TrashTab({ projects }: { readonly projects: QueryLike<readonly Project[]> }) {
  const { may } = useSession();
  const [sort, setSort] = useState<Sort | null>(null);
  const [purging, setPurging] = useState<Project | null>(null);
  const { restore, purge } = useProjectActions();
  const mayPurge = may("workspace.project.purge");
  const keptDays = useUsage().data?.retention.deletedProjectDays ?? 0;
  const columns = useMemo((): readonly Column<Project>[] => {
    return [
      { id: "name", header: "Name", width: 260, minWidth: 140, grow: true, text: ({ name }) => name, cell: ({ name }) => <Middle text={name} /> },
      { id: "files", header: "Files", width: 88, align: "end", from: 620, text: ({ fileCount }) => count(fileCount), sortBy: ({ fileCount }) => fileCount, cell: ({ fileCount }) => <span className={styles.figure}>{count(fileCount)}</span> },
      { id: "size", header: "Size", width: 96, align: "end", from: 480, text: ({ sizeBytes }) => bytes(sizeBytes), sortBy: ({ sizeBytes }) => sizeBytes, cell: ({ sizeBytes }) => <span className={styles.figure}>{bytes(sizeBytes)}</span> },
      { id: "deleted", header: "Deleted", width: 140, from: 560, text: ({ deletedAt }) => deletedAt ?? "", cell: ({ deletedAt }) => (deletedAt === null ? null : <Time at={deletedAt} />) },
      ...(keptDays === 0
        ? []
        : [{ id: "kept", header: "Removed for good", width: 150, from: 760, text: ({ deletedAt }: Project) => removedAt(deletedAt, keptDays) ?? "", cell: ({ deletedAt }: Project) => <RemovedAt at={removedAt(deletedAt, keptDays)} /> }]),
      {
        id: "actions",
        header: "Actions",
        width: mayPurge ? 236 : 110,
        narrow: mayPurge ? 196 : 96,
        plain: true,
        text: () => "",
        cell: (project, focusable) => (
          <span className={styles.rowButtons}>
            <Button variant="quiet" icon="discard" tabIndex={focusable ? 0 : -1} aria-label={`Restore ${project.name}`} onClick={() => restore(project)}>
              Restore
            </Button>
            {mayPurge ? (
              <Button variant="quiet" icon="trash" tabIndex={focusable ? 0 : -1} aria-label={`Remove ${project.name} for good`} onClick={() => setPurging(project)}>
                Remove for good…
              </Button>
            ) : null}
          </span>
        ),
      },
    ];
  }, [mayPurge, restore, keptDays]);

  return (
    <Loaded query={projects} what="the trash" skeleton={<TableBones columns={[240, 80, 80, 110, 200]} />}>
      {(all) => (
        <>
          {all.length === 0 ? (
            <EmptyState icon="trash" title="The trash is empty">
              <p>Projects that are deleted wait here{keptDays === 0 ? " until somebody removes them for good." : ` for ${plural(keptDays, "day", "days")} before they are removed for good.`}</p>
            </EmptyState>
          ) : (
            <div className={styles.table}>
              <DataTable label="Projects in the trash" name="projects-trash" rows={all} rowId={rowId} columns={columns} rowHeight={36} sort={sort} onSort={setSort} />
            </div>
          )}
          <Confirm
            open={purging !== null}
            onClose={() => setPurging(null)}
            title={`Remove ${purging?.name ?? ""} for good?`}
            consequence={
              <p>
                {count(purging?.fileCount ?? 0)} files ({bytes(purging?.sizeBytes ?? 0)}) are deleted, with their history and everything that was made of them. This cannot be undone.
              </p>
            }
            action="Remove for good"
            onConfirm={async () => {
              if (purging) await purge(purging);
            }}
          />
        </>
      )}
    </Loaded>
  );
}

/** When the nightly retention may take it; null where that is not known. */
function removedAt(deletedAt: string | null, days: number): string | null {
  return deletedAt === null ? null : new Date(Date.parse(deletedAt) + days * DAY_MS).toISOString();
}

function RemovedAt({ at }: { readonly at: string | null }) {
  return at === null ? null : <Time at={at} />;
}
