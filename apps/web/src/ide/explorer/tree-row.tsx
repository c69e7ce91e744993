"use client";

import { type DragEvent, memo, type MouseEvent } from "react";
import { cx } from "#lib/cx.ts";
import { useStorePart } from "#lib/store.ts";
import { Button } from "#ui/button.tsx";
import { Icon } from "#ui/icon.tsx";
import { useDecoration } from "../decorations.ts";
import { readablePath } from "../files/file-address.ts";
import { useIdeSession } from "../ide-context.ts";
import styles from "./explorer.module.css";
import { fileIcon } from "./file-icon.ts";
import { NameInput } from "./name-input.tsx";
import { create, nameFault, rename } from "./operations.ts";
import type { EntryRow, Row } from "./tree-rows.ts";

/** Pixels for each folder that an entry lies in. */
export const INDENT = 8;

interface TreeRowProps {
  readonly row: Row;
  readonly id: string;
  readonly top: number;
  readonly height: number;
  readonly chosen: boolean;
  readonly active: boolean;
  readonly renaming: boolean;
  readonly dropTarget: boolean;
  readonly onClick: (event: MouseEvent, row: EntryRow) => void;
  readonly onDoubleClick: (row: EntryRow) => void;
  readonly onDragStart: (event: DragEvent, row: EntryRow) => void;
  readonly onNameDone: () => void;
}

export const TreeRow = memo(function TreeRow(props: TreeRowProps) {
  const { row, top, height } = props;
  const style = { transform: `translateY(${top}px)`, height };
  if (row.kind === "entry") return <EntryItem {...props} row={row} />;
  if (row.kind === "draft") {
    return (
      <div className={styles.row} style={style} role="presentation">
        <Indent depth={row.depth} />
        <Icon name={row.draft.kind === "folder" ? "folder" : "file"} className={styles.icon} />
        <DraftName row={row} onDone={props.onNameDone} />
      </div>
    );
  }
  return (
    <div className={cx(styles.row, styles.note)} style={style} role="presentation">
      <Indent depth={row.depth} />
      {row.kind === "more" ? (
        <>
          <Icon name="loading" className={styles.icon} />
          <span>Reading more</span>
        </>
      ) : row.kind === "empty" ? (
        <span>Empty</span>
      ) : (
        <FolderProblem row={row} />
      )}
    </div>
  );
});

function Indent({ depth }: { readonly depth: number }) {
  return <span className={styles.indent} style={{ width: depth * INDENT }} aria-hidden="true" />;
}

function FolderProblem({ row }: { readonly row: Extract<Row, { readonly kind: "problem" }> }) {
  const { tree } = useIdeSession();
  return (
    <>
      <Icon name="warning" className={styles.icon} />
      <span className={styles.label} title={`${row.problem.message} ${row.problem.remedy}`}>
        {row.problem.message}
      </span>
      <Button variant="quiet" className={styles.retry} tabIndex={-1} onClick={() => void tree.refresh(row.folder)}>
        Try again
      </Button>
    </>
  );
}

function EntryItem({ row, id, top, height, chosen, active, renaming, dropTarget, onClick, onDoubleClick, onDragStart, onNameDone }: Omit<TreeRowProps, "row"> & { readonly row: EntryRow }) {
  const { decorations, documents, explorer } = useIdeSession();
  const { entry, label, depth, expandable, expanded, loading } = row;
  const decoration = useDecoration(decorations, entry.path);
  const dirty = useStorePart(documents.dirty, (paths) => paths.has(entry.path));
  const cut = useStorePart(explorer.clipboard, (clipboard) => clipboard?.cut === true && clipboard.paths.includes(entry.path));
  const name = readablePath(label);
  const facts = [entry.kind === "symlink" && `link to ${readablePath(entry.target ?? "")}`, dirty && "unsaved", decoration?.label, entry.ignored && "ignored"].filter(Boolean).join(", ");
  return (
    <div
      id={id}
      data-id={row.id}
      role="treeitem"
      tabIndex={-1}
      aria-level={depth + 1}
      aria-selected={chosen}
      aria-expanded={expandable ? expanded : undefined}
      aria-setsize={row.siblings}
      aria-posinset={row.position}
      aria-label={facts ? `${name}, ${facts}` : name}
      title={facts ? `${readablePath(entry.path)} (${facts})` : readablePath(entry.path)}
      className={cx(styles.row, chosen && styles.chosen, active && styles.active, dropTarget && styles.dropTarget, cut && styles.cut)}
      style={{ transform: `translateY(${top}px)`, height }}
      data-tone={decoration?.tone ?? (entry.ignored ? "ignored" : undefined)}
      draggable={!renaming}
      onClick={(event) => onClick(event, row)}
      onDoubleClick={() => onDoubleClick(row)}
      onDragStart={(event) => onDragStart(event, row)}
    >
      <Indent depth={depth} />
      {expandable ? (
        <Icon name={loading ? "loading" : expanded ? "chevron-down" : "chevron-right"} className={styles.chevron} />
      ) : (
        <Icon name={entry.kind === "symlink" ? "file-symlink-file" : fileIcon(entry.path)} className={styles.icon} />
      )}
      {renaming ? (
        <EntryName row={row} onDone={onNameDone} />
      ) : (
        <>
          <span className={styles.label}>{name}</span>
          {entry.kind === "symlink" ? <Icon name="arrow-right" className={styles.linkMark} /> : null}
          {dirty ? <Icon name="circle-filled" className={styles.dirty} /> : null}
          {/* Drawn by the style sheet: the name of the row says it in words. */}
          {decoration ? <span className={styles.badge} data-badge={decoration.badge || "•"} /> : null}
        </>
      )}
    </div>
  );
}

function DraftName({ row, onDone }: { readonly row: Extract<Row, { readonly kind: "draft" }>; readonly onDone: () => void }) {
  const ide = useIdeSession();
  const { draft } = row;
  return (
    <NameInput
      label={draft.kind === "folder" ? "Name of the new folder" : "Name of the new file"}
      initial=""
      check={(name) => nameFault(ide, draft.folder, name, null)}
      onDone={(name) => {
        ide.tree.setDraft(null);
        if (name === null) onDone();
        else void create(ide, draft, name).then((made) => (!made || draft.kind === "folder") && onDone());
      }}
    />
  );
}

function EntryName({ row, onDone }: { readonly row: EntryRow; readonly onDone: () => void }) {
  const ide = useIdeSession();
  const { path, name, kind } = row.entry;
  const folder = path.slice(0, Math.max(0, path.length - name.length - 1));
  const dot = kind === "folder" ? -1 : name.lastIndexOf(".");
  return (
    <NameInput
      label={`New name of ${readablePath(name)}`}
      initial={name}
      selectTo={dot > 0 ? dot : name.length}
      check={(next) => nameFault(ide, folder, next, path)}
      onDone={(next) => {
        ide.explorer.renaming.set(null);
        if (next !== null) void rename(ide, path, next);
        onDone();
      }}
    />
  );
}
