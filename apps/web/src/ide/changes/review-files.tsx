"use client";

import type { BaseState, ChangeFile, ChangeSet } from "@coder/api/execution";
import { useEffect, useMemo, useState } from "react";
import { Store } from "#lib/store.ts";
import { plural } from "#lib/time.ts";
import { Icon } from "#ui/icon.tsx";
import { Middle } from "#ui/values.tsx";
import { baseName, folderOf } from "../editors/editor-input.ts";
import { fileIcon } from "../explorer/file-icon.ts";
import { TreeList, type TreeRow } from "../lists/tree-list.tsx";
import styles from "./changes.module.css";
import { tally } from "./review-state.ts";

interface ReviewFilesProps {
  readonly change: ChangeSet;
  readonly selected: string | null;
  readonly bases: ReadonlyMap<string, BaseState>;
  readonly onSelect: (fileId: string) => void;
}

interface FileRow extends TreeRow {
  readonly file: ChangeFile;
  /** How far the review of it is: "2/5", or what came of it. */
  readonly decided: string;
  readonly stale: "merges" | "conflicts" | null;
  readonly errors: number;
  readonly comments: number;
}

const ROW_HEIGHT = 26;
const KINDS = { create: "created", modify: "modified", delete: "deleted" } as const;
const LETTERS = { create: "A", modify: "M", delete: "D" } as const;

/** The files of a change, each with how far its review is. */
export function ReviewFiles({ change, selected, bases, onSelect }: ReviewFilesProps) {
  const { files, validation, comments } = change;
  const [current] = useState(() => new Store<string | null>(null));
  useEffect(() => current.set(selected), [current, selected]);
  const rows = useMemo(() => {
    const errors = new Map<string, number>();
    for (const { fileId, severity } of validation.stages.flatMap(({ messages }) => messages)) {
      if (fileId !== null && severity === "error") errors.set(fileId, (errors.get(fileId) ?? 0) + 1);
    }
    const said = Map.groupBy(comments, ({ fileId }) => fileId);
    return files.map((file) => rowOf(file, bases.get(file.id), errors.get(file.id) ?? 0, said.get(file.id)?.length ?? 0));
  }, [files, validation, comments, bases]);
  return (
    <nav className={styles.files} aria-label="Files of the change">
      <TreeList label="Files of the change" rows={rows} rowHeight={ROW_HEIGHT} current={current} onOpen={({ file }) => onSelect(file.id)} onToggle={() => undefined}>
        {({ file, decided, stale, errors, comments: said }) => (
          <>
            <Icon name={fileIcon(file.path)} className={styles.fileIcon} />
            <span className={styles.fileName}>
              <Middle text={baseName(file.path)} />
              <span className={styles.folder}>{folderOf(file.path)}</span>
            </span>
            {stale ? <Icon name="warning" className={styles.warning} /> : null}
            {errors > 0 ? <Icon name="error" className={styles.bad} /> : null}
            {said > 0 ? (
              <span className={styles.fileTally}>
                <Icon name="comment" />
                {said}
              </span>
            ) : null}
            <span className={styles.fileTally}>{decided}</span>
            <span className={styles.letter} data-kind={file.kind}>
              {LETTERS[file.kind]}
            </span>
          </>
        )}
      </TreeList>
    </nav>
  );
}

function rowOf(file: ChangeFile, base: BaseState | undefined, errors: number, comments: number): FileRow {
  const { accepted, open, total } = tally([file]);
  const stale = base === undefined || base.state === "current" ? null : base.state === "merges" ? "merges" : "conflicts";
  const words = [
    file.path, KINDS[file.kind],
    open === total ? "undecided" : open > 0 ? `${total - open} of ${total} decided` : accepted === total ? "accepted" : accepted === 0 ? "rejected" : `${accepted} of ${total} accepted`,
    stale === null ? "" : stale === "merges" ? "changed since, can be merged" : "changed since, conflicts",
    errors === 0 ? "" : plural(errors, "error", "errors"),
    comments === 0 ? "" : plural(comments, "comment", "comments"),
  ].filter(Boolean);
  return { key: file.id, level: 1, label: words.join(", "), file, decided: open === 0 ? (accepted === 0 ? "none" : accepted === total ? "all" : `${accepted}/${total}`) : `${total - open}/${total}`, stale, errors, comments };
}
