"use client";

import { ARCHIVE_FORMATS, type Project, workspaceTransfers } from "@coder/api/workspace";
import { transferPath } from "@coder/shared";
import Link from "next/link";
import { useNames } from "#features/people/use-people.ts";
import { useSession } from "#features/session/session.tsx";
import { bytes } from "#lib/size.ts";
import { count } from "#lib/time.ts";
import { Status } from "#ui/badge.tsx";
import { IconButton } from "#ui/button.tsx";
import { Icon } from "#ui/icon.tsx";
import { Menu, MenuItem, MenuSeparator } from "#ui/menu.tsx";
import type { Column } from "#ui/table/column.ts";
import { Middle, Time } from "#ui/values.tsx";
import { ImportProgress } from "./import-progress.tsx";
import styles from "./projects.module.css";
import { canOpen, SOURCE_KINDS, sourceText, STATUSES } from "./words.ts";

interface RowActions {
  readonly onRename: (project: Project) => void;
  readonly onDelete: (project: Project) => void;
  readonly onRetry: (project: Project) => void;
}

export function useProjectColumns(actions: RowActions): readonly Column<Project>[] {
  const names = useNames();
  return [
    {
      id: "name",
      header: "Name",
      width: 260,
      minWidth: 140,
      grow: true,
      text: ({ name }) => name,
      cell: (project, focusable) => (
        <span className={styles.name}>
          <Icon name="repo" className={styles.nameIcon} />
          <Link href={`/projects/${project.id}`} tabIndex={focusable ? 0 : -1} className={styles.nameLink}>
            <Middle text={project.name} />
          </Link>
        </span>
      ),
    },
    {
      id: "state",
      header: "State",
      width: 150,
      narrow: 110,
      text: ({ status }) => STATUSES[status].name,
      cell: (project) =>
        project.status === "importing" ? (
          <ImportProgress project={project} compact />
        ) : (
          <span title={project.problem ? `${project.problem.message} ${project.problem.remedy}` : undefined}>
            <Status tone={STATUSES[project.status].tone} icon={STATUSES[project.status].icon}>
              {STATUSES[project.status].name}
            </Status>
          </span>
        ),
    },
    {
      id: "source",
      header: "From",
      width: 240,
      from: 760,
      text: ({ source }) => sourceText(source),
      cell: ({ source }) => (
        <span className={styles.name}>
          <Icon name={SOURCE_KINDS[source.kind].icon} label={SOURCE_KINDS[source.kind].name} className={styles.nameIcon} />
          <Middle text={sourceText(source)} />
        </span>
      ),
    },
    { id: "files", header: "Files", width: 88, align: "end", from: 620, text: ({ fileCount }) => count(fileCount), sortBy: ({ fileCount }) => fileCount, cell: ({ fileCount }) => <span className={styles.figure}>{count(fileCount)}</span> },
    { id: "size", header: "Size", width: 96, align: "end", from: 560, text: ({ sizeBytes }) => bytes(sizeBytes), sortBy: ({ sizeBytes }) => sizeBytes, cell: ({ sizeBytes }) => <span className={styles.figure}>{bytes(sizeBytes)}</span> },
    { id: "changed", header: "Files changed", width: 136, from: 900, text: ({ filesChangedAt }) => filesChangedAt, cell: ({ filesChangedAt }) => <Time at={filesChangedAt} /> },
    {
      id: "by",
      header: "Created by",
      width: 140,
      from: 1060,
      text: ({ createdBy }) => (createdBy === null ? "Coder IDE" : (names.get(createdBy) ?? createdBy)),
      cell: ({ createdBy }) => <Middle text={createdBy === null ? "Coder IDE" : (names.get(createdBy) ?? "somebody who has left")} />,
    },
    { id: "actions", header: "Actions", width: 44, minWidth: 44, plain: true, text: () => "", cell: (project, focusable) => <ProjectMenu project={project} focusable={focusable} {...actions} /> },
  ];
}

const FORMAT_NAMES: Record<(typeof ARCHIVE_FORMATS)[number], string> = { zip: "Export as .zip", "tar.gz": "Export as .tar.gz" };

function ProjectMenu({ project, focusable, onRename, onDelete, onRetry }: RowActions & { readonly project: Project; readonly focusable: boolean }) {
  const { may } = useSession();
  const exports = canOpen(project) && may("workspace.file.read");
  return (
    <Menu label={`Actions for ${project.name}`} trigger={<IconButton icon="ellipsis" label={`Actions for ${project.name}`} tabIndex={focusable ? 0 : -1} />}>
      {project.status === "failed" && may("workspace.project.create") ? (
        <MenuItem icon="refresh" onSelect={() => onRetry(project)}>
          Import again
        </MenuItem>
      ) : null}
      {may("workspace.project.update") ? (
        <MenuItem icon="edit" onSelect={() => onRename(project)}>
          Rename…
        </MenuItem>
      ) : null}
      {exports
        ? ARCHIVE_FORMATS.map((format) => (
            <MenuItem key={format} icon="export" onSelect={() => window.location.assign(transferPath(workspaceTransfers.exportArchive, { projectId: project.id, format }))}>
              {FORMAT_NAMES[format]}
            </MenuItem>
          ))
        : null}
      {may("workspace.project.delete") ? (
        <>
          <MenuSeparator />
          <MenuItem icon="trash" danger onSelect={() => onDelete(project)}>
            Delete
          </MenuItem>
        </>
      ) : null}
    </Menu>
  );
}
