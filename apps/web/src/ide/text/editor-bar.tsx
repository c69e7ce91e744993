"use client";

import type { ReactNode } from "react";
import { bytes as formatBytes } from "#lib/size.ts";
import { Button } from "#ui/button.tsx";
import { Icon, type IconName } from "#ui/icon.tsx";
import { CopyProblem } from "#ui/states.tsx";
import { saveAs } from "../files/transfer.ts";
import { useIde } from "../ide-context.ts";
import type { DocumentState } from "./document-state.ts";
import styles from "./text.module.css";
import type { TextDocument } from "./TextDocument.ts";

interface EditorBarProps {
  readonly document: TextDocument;
  readonly state: DocumentState;
  readonly group: number;
}

/** What there is to know and to decide about the text below it. One thing at a time, the weightiest first. */
export function EditorBar({ document, state, group }: EditorBarProps) {
  const { open, editors, files } = useIde();
  const { disk, dirty, saveProblem, keepProblem, partial, sizeBytes } = state;
  const save = () => void document.save();
  if (dirty && disk.kind === "changed") {
    return (
      <Bar
        icon="warning"
        tone="warning"
        actions={
          <>
            <Button variant="quiet" icon="diff" onClick={() => open({ kind: "disk-diff", path: document.path })}>
              Compare
            </Button>
            <Button variant="quiet" icon="save" onClick={() => void document.overwrite()}>
              Overwrite
            </Button>
            <Button variant="quiet" icon="discard" onClick={() => void document.reload()}>
              Reload
            </Button>
          </>
        }
      >
        The file has changed on the disk since you began to edit it. Your text is not saved yet, and nothing of it is lost.
      </Bar>
    );
  }
  if (disk.kind === "deleted") {
    return (
      <Bar
        icon="warning"
        tone="warning"
        actions={
          <>
            <Button variant="quiet" icon="save" onClick={() => void document.overwrite()}>
              Write it again
            </Button>
            <Button variant="quiet" icon="close" onClick={() => editors.close(group, [`file:${document.path}`])}>
              Close
            </Button>
          </>
        }
      >
        The file was deleted on the disk. Its text is still here.
      </Bar>
    );
  }
  if (saveProblem) {
    return (
      <Bar
        icon="error"
        tone="error"
        actions={
          <>
            <Button variant="quiet" icon="refresh" onClick={save}>
              Save again
            </Button>
            <CopyProblem problem={saveProblem} />
          </>
        }
      >
        <b>{saveProblem.message}</b> {saveProblem.remedy}
      </Bar>
    );
  }
  if (dirty && keepProblem) {
    return (
      <Bar icon="debug-disconnect" tone="warning">
        What you type is in this browser alone until you save it. {keepProblem.message} {keepProblem.kind === "too_large" ? "" : "It is tried again by itself."}
      </Bar>
    );
  }
  if (partial) {
    return (
      <Bar
        icon="info"
        actions={
          <Button variant="quiet" icon="desktop-download" onClick={() => saveAs(files.downloadUrl(document.path))}>
            Download
          </Button>
        }
      >
        The first megabyte of {formatBytes(sizeBytes)}, to read. The file is too large to be edited here.
      </Bar>
    );
  }
  return null;
}

interface BarProps {
  readonly icon: IconName;
  readonly tone?: "info" | "warning" | "error";
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

function Bar({ icon, tone = "info", actions, children }: BarProps) {
  return (
    <div className={styles.bar} data-tone={tone} role={tone === "info" ? "status" : "alert"}>
      <Icon name={icon} className={styles.barIcon} />
      <span className={styles.barText}>{children}</span>
      {actions ? <span className={styles.barActions}>{actions}</span> : null}
    </div>
  );
}
