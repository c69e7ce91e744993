"use client";

import { useMemo, useState } from "react";
import { Loaded } from "#api/loaded.tsx";
import { CommandButton } from "#commands/command-controls.tsx";
import { CountBadge } from "#ui/badge.tsx";
import { Icon } from "#ui/icon.tsx";
import { Skeleton } from "#ui/skeleton.tsx";
import { EmptyState, Notice } from "#ui/states.tsx";
import { fileIcon } from "../explorer/file-icon.ts";
import { readablePath } from "../files/file-address.ts";
import { useIde } from "../ide-context.ts";
import { TreeList } from "../lists/tree-list.tsx";
import { type ChangeRow, changeRows, changesOf, editorOf } from "./changes.ts";
import styles from "./scm.module.css";
import { useGitStatus } from "./use-git-status.ts";

/** What is different from the last commit. */
export function ScmView() {
  const query = useGitStatus();
  return (
    <Loaded query={query} what="changes" skeleton={<Bones />}>
      {(status) =>
        status.repository ? (
          <Changes status={status} />
        ) : status.problem !== null ? (
          <EmptyState icon="warning" title="Git cannot read the repository" actions={<CommandButton command="scm.refresh" />}>
            <p>The project has a .git that is no repository: {status.problem}.</p>
            <p>Put back what is missing, or remove .git, and ask again.</p>
          </EmptyState>
        ) : (
          <EmptyState icon="source-control" title="No git repository">
            <p>This project has no version control. Import one by its git address to see its changes here.</p>
          </EmptyState>
        )
      }
    </Loaded>
  );
}

function Changes({ status }: { readonly status: NonNullable<ReturnType<typeof useGitStatus>["data"]> }) {
  const ide = useIde();
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const changes = useMemo(() => changesOf(status), [status]);
  const rows = useMemo(() => changeRows(changes, closed), [changes, closed]);
  const open = (row: ChangeRow, keepFocus: boolean) => row.kind === "change" && ide.open(editorOf(row.change), { preview: true, keepFocus });
  const toggle = ({ key }: ChangeRow) => setClosed((before) => (before.has(key) ? new Set([...before].filter((other) => other !== key)) : new Set([...before, key])));
  if (rows.length === 0) {
    return (
      <EmptyState icon="pass" title="Nothing has changed">
        <p>{status.commit === null ? "There is no commit yet." : "All files are as in the last commit."}</p>
      </EmptyState>
    );
  }
  return (
    <>
      {status.limited ? (
        <div className={styles.notice}>
          <Notice tone="warning" title="Too many changes to show them all">
            <p>These are the first {status.entries.length.toLocaleString("en")}. Most often a folder is missing in .gitignore.</p>
          </Notice>
        </div>
      ) : null}
      <TreeList label="Changes" rows={rows} onOpen={open} onToggle={toggle}>
        {(row) =>
          row.kind === "group" ? (
            <>
              <span className={styles.group}>{row.title}</span>
              <CountBadge>{row.count}</CountBadge>
            </>
          ) : (
            <>
              <Icon name={fileIcon(row.change.path)} className={styles.icon} />
              <span className={styles.name} data-tone={row.change.decoration.tone}>
                {readablePath(row.name)}
              </span>
              <span className={styles.folder}>{readablePath(row.folder)}</span>
              <span className={styles.badge} data-tone={row.change.decoration.tone}>
                {row.change.decoration.badge}
              </span>
            </>
          )
        }
      </TreeList>
    </>
  );
}

function Bones() {
  return (
    <div className={styles.bones}>
      {[60, 45, 70, 50].map((width) => (
        <Skeleton key={width} width={`${width}%`} />
      ))}
    </div>
  );
}
