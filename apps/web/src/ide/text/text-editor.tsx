"use client";

import type { editor } from "monaco-editor";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useSession } from "#features/session/session.tsx";
import { NARROW, useMedia } from "#lib/use-media.ts";
import { useStore } from "#lib/store.ts";
import { mayTakeFocus, viewStateKey } from "../editors/editors.ts";
import { readablePath } from "../files/file-address.ts";
import { useIde } from "../ide-context.ts";
import { EDITOR_OPTIONS } from "./editor-options.ts";
import { useMonaco } from "./monaco.ts";
import { revealPlace } from "./reveal.ts";
import styles from "./text.module.css";
import type { TextDocument } from "./TextDocument.ts";

interface TextEditorProps {
  /** Null while it is still being read: the editor of the file before is put away and not thrown away. */
  readonly document: TextDocument | null;
  readonly group: number;
  readonly tab: string;
  readonly readOnly: boolean;
}

/** The editor of a group. One for all its text files: changing between them changes the model, and each keeps its cursor, folds and scroll. */
export function TextEditor({ document, group, tab, readOnly }: TextEditorProps) {
  const monaco = useMonaco();
  const { editors } = useIde();
  const { may } = useSession();
  const narrow = useMedia(NARROW);
  const host = useRef<HTMLDivElement>(null);
  const [instance, setInstance] = useState<editor.IStandaloneCodeEditor | null>(null);
  const model = document?.model ?? null;
  const fixed = readOnly || !may("workspace.file.write");

  useEffect(() => {
    const path = document ? readablePath(document.path) : "";
    instance?.updateOptions({ readOnly: fixed, ariaLabel: fixed ? `${path}, read-only` : path, minimap: { enabled: !narrow }, lineNumbersMinChars: narrow ? 3 : 4, folding: !narrow });
  }, [instance, document, fixed, narrow]);

  useLayoutEffect(() => {
    if (!instance || !model) return;
    const key = viewStateKey(group, tab);
    instance.setModel(model);
    const kept = editors.viewStates.get(key);
    // Kept by this editor before, and read back as it was written.
    if (isViewState(kept)) instance.restoreViewState(kept);
    const save = () => editors.viewStates.set(key, instance.saveViewState());
    editors.savers.add(save);
    return () => {
      editors.savers.delete(save);
      if (!model.isDisposed()) save();
      instance.setModel(null);
    };
  }, [instance, model, editors, group, tab]);

  useActiveEditor(instance, document, model !== null, group);
  useRequests(instance, model !== null, group, tab);

  // After everything that uses it: effects are undone in their order, and it must go last.
  useLayoutEffect(() => {
    if (!monaco || !host.current) return;
    const made = monaco.editor.create(host.current, { ...EDITOR_OPTIONS, model: null });
    setInstance(made);
    return () => made.dispose();
  }, [monaco]);

  return <div ref={host} className={styles.editor} data-hidden={model === null || undefined} />;
}

function isViewState(value: unknown): value is editor.ICodeEditorViewState {
  return typeof value === "object" && value !== null && "cursorState" in value && "viewState" in value;
}

/** Tells the status bar and commands which editor is worked in. */
function useActiveEditor(instance: editor.IStandaloneCodeEditor | null, document: TextDocument | null, ready: boolean, group: number): void {
  const { editors, activeEditor } = useIde();
  const { activeGroup } = useStore(editors);
  useEffect(() => {
    if (!instance || !document || !ready || activeGroup !== group) return;
    const entry = { editor: instance, document };
    activeEditor.set(entry);
    return () => {
      if (activeEditor.get() === entry) activeEditor.set(null);
    };
  }, [instance, document, ready, activeGroup, group, activeEditor]);
}

/** Does what was asked of this tab, once its text is here. */
function useRequests(instance: editor.IStandaloneCodeEditor | null, ready: boolean, group: number, tab: string): void {
  const { editors } = useIde();
  const request = useStore(editors.request);
  useEffect(() => {
    if (!instance || !ready || request?.group !== group || request.tab !== tab) return;
    if (request.at) revealPlace(instance, request.at);
    if (request.focus && mayTakeFocus(editors.originOf(request))) instance.focus();
    editors.request.set(null);
  }, [instance, ready, request, group, tab, editors]);
}
