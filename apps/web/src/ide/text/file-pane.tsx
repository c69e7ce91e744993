"use client";

import { useEffect } from "react";
import { later } from "#lib/later.ts";
import { ProblemState, StateView } from "#ui/states.tsx";
import type { EditorInput } from "../editors/editor-input.ts";
import type { EditorPaneProps } from "../editors/editor-kinds.ts";
import { ViewBoundary } from "../frame/view-boundary.tsx";
import { readablePath } from "../files/file-address.ts";
import { useIde } from "../ide-context.ts";
import { EditorBar } from "./editor-bar.tsx";
import { BinaryPage, LargePage } from "./other-files.tsx";
import styles from "./text.module.css";
import { TextEditor } from "./text-editor.tsx";
import { useDocument } from "./use-document.ts";

const ImageView = later(async () => (await import("./image-view.tsx")).ImageView);

/** A file, as what it is: text, an image, or something that is not shown here. */
export function FilePane({ input, group, tab }: EditorPaneProps<Extract<EditorInput, { readonly kind: "file" }>>) {
  const { document, state } = useDocument(input.path);
  const { editors } = useIde();
  const { phase, problem } = state;
  const isText = phase === "text";
  // Of what is no text nothing can be asked: the request would wait for ever.
  useEffect(() => {
    if (phase === "loading" || isText) return;
    const request = editors.request.get();
    if (request?.group === group && request.tab === tab) editors.request.set(null);
  }, [phase, isText, editors, group, tab]);

  return (
    <div className={styles.filePane}>
      {document && isText ? <EditorBar document={document} state={state} group={group} /> : null}
      <TextEditor document={isText ? document : null} group={group} tab={tab} readOnly={state.partial} />
      {document && phase === "large" ? <LargePage document={document} sizeBytes={state.sizeBytes} /> : null}
      {document && phase === "binary" ? <BinaryPage path={input.path} sizeBytes={state.sizeBytes} /> : null}
      {phase === "image" && state.imageUrl !== null ? (
        <ViewBoundary>
          <ImageView url={state.imageUrl} path={input.path} sizeBytes={state.sizeBytes} />
        </ViewBoundary>
      ) : null}
      {phase === "gone" ? (
        <StateView icon="file" title={`There is no ${readablePath(input.path)}`}>
          <p>It was deleted or moved. When it comes back it is shown here.</p>
        </StateView>
      ) : null}
      {document && phase === "failed" && problem ? <ProblemState problem={problem} onRetry={() => void document.load()} /> : null}
    </div>
  );
}
