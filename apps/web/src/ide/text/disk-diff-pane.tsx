"use client";

import { useCallback, useEffect, useState } from "react";
import { type Problem, toProblem } from "#api/problem.ts";
import { useSession } from "#features/session/session.tsx";
import { onlyLast } from "#lib/only-last.ts";
import { Button } from "#ui/button.tsx";
import { Loading } from "#ui/skeleton.tsx";
import { ProblemState, StateView } from "#ui/states.tsx";
import type { EditorInput } from "../editors/editor-input.ts";
import type { EditorPaneProps } from "../editors/editor-kinds.ts";
import { useIde } from "../ide-context.ts";
import { DiffView } from "./diff-view.tsx";
import { decodeText, detectEncoding } from "./encoding.ts";
import styles from "./text.module.css";
import { MAX_TEXT_BYTES } from "./DocumentFile.ts";
import { useDocument } from "./use-document.ts";

type Side = { readonly text: string; readonly hash: string } | { readonly problem: Problem } | null;

/** The file as it lies on the disk beside what was typed here. */
export function DiskDiffPane({ input, group, tab }: EditorPaneProps<Extract<EditorInput, { readonly kind: "disk-diff" }>>) {
  const { document, state } = useDocument(input.path);
  const { may } = useSession();
  const { side, read } = useDiskText(input.path, state.disk.kind === "changed" ? state.disk.hash : state.hash);
  const model = state.phase === "text" ? (document?.model ?? null) : null;
  if (!document || state.phase === "loading" || side === null) return <Loading what="both sides" />;
  if (!model) return <StateView icon="file" title="There is no text to compare" />;
  if ("problem" in side) return <ProblemState problem={side.problem} onRetry={read} />;
  const open = state.dirty && state.disk.kind === "changed";
  return (
    <div className={styles.filePane}>
      <div className={styles.bar}>
        <span className={styles.barText}>{open ? "On the left the file as it is on the disk, on the right your text. Edit it here until it is right, then overwrite." : "The file on the disk is what this editor began with."}</span>
        {open ? (
          <span className={styles.barActions}>
            <Button variant="quiet" icon="save" onClick={() => void document.overwrite()}>
              Overwrite
            </Button>
            <Button variant="quiet" icon="discard" onClick={() => void document.reload()}>
              Reload
            </Button>
          </span>
        ) : null}
      </div>
      <DiffView path={input.path} original={side.text} modified={model} readOnly={!may("workspace.file.write")} labels={{ original: "On the disk", modified: "Here" }} group={group} tab={tab} />
    </div>
  );
}

/** The text on the disk, read again when it is another one. An older answer that comes later is not what an overwriting goes by. */
function useDiskText(path: string, hash: string | null) {
  const { files } = useIde();
  const [side, setSide] = useState<Side>(null);
  const [settle] = useState(() => onlyLast(setSide));
  const read = useCallback(() => {
    void settle(
      files.read(path, { maxBytes: MAX_TEXT_BYTES }).then(
        ({ bytes, hash: found }) => ({ text: bytes === null ? "" : decodeText(bytes, detectEncoding(bytes) ?? "utf-8"), hash: found }),
        (error: unknown) => ({ problem: toProblem(error) }),
      ),
    );
  }, [files, path, settle]);
  useEffect(read, [read, hash]);
  return { side, read };
}
