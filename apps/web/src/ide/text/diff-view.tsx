"use client";

import type { editor } from "monaco-editor";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { NARROW, useMedia } from "#lib/use-media.ts";
import { useStore } from "#lib/store.ts";
import { mayTakeFocus } from "../editors/editors.ts";
import { useIde } from "../ide-context.ts";
import { EDITOR_OPTIONS } from "./editor-options.ts";
import { languageOf } from "./languages.ts";
import { useMonacoOrFail } from "./monaco.ts";
import { revealPlace } from "./reveal.ts";
import styles from "./text.module.css";

interface DiffViewProps {
  /** Decides the language. */
  readonly path: string;
  readonly original: string;
  /** Text to read, or the live model of a file, which is then edited here. */
  readonly modified: string | editor.ITextModel;
  readonly readOnly: boolean;
  /** What the two sides are, read aloud. */
  readonly labels: { readonly original: string; readonly modified: string };
  readonly group: number;
  readonly tab: string;
}

/** Two texts side by side, or one above the other where there is no room. */
export function DiffView({ path, original, modified, readOnly, labels, group, tab }: DiffViewProps) {
  const monaco = useMonacoOrFail();
  const narrow = useMedia(NARROW);
  const host = useRef<HTMLDivElement>(null);
  const [instance, setInstance] = useState<editor.IStandaloneDiffEditor | null>(null);

  useEffect(() => {
    instance?.updateOptions({ readOnly, renderSideBySide: !narrow });
    instance?.getOriginalEditor().updateOptions({ ariaLabel: labels.original });
    instance?.getModifiedEditor().updateOptions({ ariaLabel: labels.modified });
  }, [instance, readOnly, narrow, labels.original, labels.modified]);

  // Where somebody reads stays where it is when one of the sides changes below them.
  const read = useRef<{ readonly path: string; readonly view: editor.IDiffEditorViewState | null } | null>(null);
  useLayoutEffect(() => {
    if (!monaco || !instance) return;
    const language = languageOf(monaco, path);
    const left = monaco.editor.createModel(original, language);
    const right = typeof modified === "string" ? monaco.editor.createModel(modified, language) : modified;
    instance.setModel({ original: left, modified: right });
    if (read.current?.path === path && read.current.view) instance.restoreViewState(read.current.view);
    return () => {
      read.current = { path, view: instance.saveViewState() };
      instance.setModel(null);
      left.dispose();
      if (typeof modified === "string") right.dispose();
    };
  }, [monaco, instance, path, original, modified]);

  useRequests(instance, group, tab);

  // After everything that uses it: effects are undone in their order, and it must go last.
  useLayoutEffect(() => {
    if (!monaco || !host.current) return;
    const made = monaco.editor.createDiffEditor(host.current, { ...EDITOR_OPTIONS, originalEditable: false, diffAlgorithm: "advanced", ignoreTrimWhitespace: false, hideUnchangedRegions: { enabled: true }, renderOverviewRuler: false });
    setInstance(made);
    return () => made.dispose();
  }, [monaco]);

  return <div ref={host} className={styles.editor} />;
}

function useRequests(instance: editor.IStandaloneDiffEditor | null, group: number, tab: string): void {
  const { editors } = useIde();
  const request = useStore(editors.request);
  useEffect(() => {
    if (!instance || request?.group !== group || request.tab !== tab) return;
    const side = instance.getModifiedEditor();
    if (request.at) revealPlace(side, request.at);
    if (request.focus && mayTakeFocus(editors.originOf(request))) side.focus();
    editors.request.set(null);
  }, [instance, request, group, tab, editors]);
}
