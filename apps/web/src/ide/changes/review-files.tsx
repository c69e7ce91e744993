"use client";

import type { BaseState, ChangeFile, ChangeSet } from "@coder/api/execution";
import { Icon } from "#ui/icon.tsx";
import { Middle } from "#ui/values.tsx";
import { baseName, folderOf } from "../editors/editor-input.ts";
import { fileIcon } from "../explorer/file-icon.ts";
import styles from "./changes.module.css";
import { tally } from "./review-state.ts";

interface ReviewFilesProps {
  readonly change: ChangeSet;
  readonly selected: string | null;
  readonly bases: ReadonlyMap<string, BaseState>;
  readonly onSelect: (fileId: string) => void;
}

const KINDS = { create: "Created", modify: "Modified", delete: "Deleted" } as const;
const LETTERS = { create: "A", modify: "M", delete: "D" } as const;

/** The files of a change, each with how far its review is. */
export function ReviewFiles({ change, selected, bases, onSelect }: ReviewFilesProps) {
  return (
    <nav className={styles.files} aria-label="Files of the change">
      <ul>
        {change.files.map((file) => (
          <li key={file.id}>
            <FileRow file={file} change={change} selected={file.id === selected} base={bases.get(file.id)} onSelect={onSelect} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

function FileRow({ file, change, selected, base, onSelect }: { readonly file: ChangeFile; readonly change: ChangeSet; readonly selected: boolean; readonly base: BaseState | undefined; readonly onSelect: (fileId: string) => void }) {
  const { accepted, open, total } = tally([file]);
  const errors = change.validation.stages.flatMap(({ messages }) => messages).filter(({ fileId, severity }) => fileId === file.id && severity === "error").length;
  const stale = base !== undefined && base.state !== "current";
  return (
    <button type="button" className={styles.file} aria-current={selected ? "true" : undefined} title={file.path} onClick={() => onSelect(file.id)}>
      <Icon name={fileIcon(file.path)} className={styles.fileIcon} />
      <span className={styles.fileName}>
        <Middle text={baseName(file.path)} />
        <span className={styles.folder}>{folderOf(file.path)}</span>
      </span>
      {stale ? <Icon name="warning" label={base.state === "merges" ? "Changed since, can be merged" : "Changed since, conflicts"} className={styles.warning} /> : null}
      {errors > 0 ? <Icon name="error" label={`${errors} errors`} className={styles.bad} /> : null}
      <span className={styles.fileTally}>{open === 0 ? (accepted === 0 ? "none" : accepted === total ? "all" : `${accepted}/${total}`) : `${total - open}/${total}`}</span>
      <span className={styles.letter} data-kind={file.kind} title={KINDS[file.kind]}>
        {LETTERS[file.kind]}
      </span>
    </button>
  );
}
