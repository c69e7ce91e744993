"use client";

import type { ChangeFile, Hunk } from "@coder/api/execution";
import type { editor } from "monaco-editor";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { cx } from "#lib/cx.ts";
import { NARROW, useMedia } from "#lib/use-media.ts";
import { EDITOR_OPTIONS } from "../text/editor-options.ts";
import { languageOf } from "../text/languages.ts";
import { type MonacoApi, useMonacoOrFail } from "../text/monaco.ts";
import text from "../text/text.module.css";
import type { StagedMessage } from "./hunk-list.tsx";
import styles from "./changes.module.css";
import { decisionAt } from "./review-state.ts";

/** Narrower than this, half of it is no place to read code. */
const SIDE_BY_SIDE_FROM = 560;

interface ReviewDiffProps {
  readonly file: ChangeFile;
  readonly original: string;
  readonly proposal: string;
  readonly selected: string | null;
  readonly layout: "split" | "inline";
  readonly editing: boolean;
  readonly messages: readonly StagedMessage[];
  /** What was typed before, where an edit goes on. */
  readonly draft: string | null;
  readonly onEdit: (text: string) => void;
  readonly onChoose: (hunkId: string) => void;
}

/** Both texts with what is decided beside each line. The right side can be edited. */
export function ReviewDiff({ file, original, proposal, selected, layout, editing, draft, messages, onEdit, onChoose }: ReviewDiffProps) {
  const monaco = useMonacoOrFail();
  const narrow = useMedia(NARROW);
  const host = useRef<HTMLDivElement>(null);
  const [instance, setInstance] = useState<editor.IStandaloneDiffEditor | null>(null);
  const [shown, setShown] = useState(0);
  const latest = useRef({ file, onEdit, onChoose, editing, draft });
  useLayoutEffect(() => {
    latest.current = { file, onEdit, onChoose, editing, draft };
  });

  useEffect(() => {
    instance?.updateOptions({ readOnly: !editing, renderSideBySide: layout === "split" && !narrow });
    instance?.getOriginalEditor().updateOptions({ ariaLabel: `${file.path}, before` });
    instance?.getModifiedEditor().updateOptions({ ariaLabel: editing ? `${file.path}, proposed, being edited` : `${file.path}, proposed` });
    if (editing) instance?.getModifiedEditor().focus();
  }, [instance, editing, layout, narrow, file.path]);

  useLayoutEffect(() => {
    if (!monaco || !instance) return;
    const language = languageOf(monaco, file.path);
    const left = monaco.editor.createModel(original, language);
    const right = monaco.editor.createModel(latest.current.draft ?? proposal, language);
    // What is edited stays as it is where nobody types: no end of a line is changed by itself.
    instance.setModel({ original: left, modified: right });
    const watching = right.onDidChangeContent(() => {
      if (latest.current.editing) latest.current.onEdit(right.getValue());
    });
    setShown((count) => count + 1);
    return () => {
      watching.dispose();
      instance.setModel(null);
      left.dispose();
      right.dispose();
    };
    // Leaving the edit without keeping it brings the proposal back.
  }, [monaco, instance, file.path, original, proposal, editing]);

  useMarks(monaco, instance, shown, file, selected, messages, editing);

  useEffect(() => {
    const hunk = file.hunks.find(({ id }) => id === selected);
    if (!instance || shown === 0 || hunk?.kind !== "text") return;
    const side = hunk.newLines > 0 || layout === "inline" ? instance.getModifiedEditor() : instance.getOriginalEditor();
    const line = hunk.newLines > 0 || layout === "inline" ? hunk.newStart : hunk.baseStart;
    const reveal = () => side.revealLineInCenterIfOutsideViewport(Math.max(1, Math.min(line, side.getModel()?.getLineCount() ?? 1)));
    reveal();
    // What did not change is folded away when both texts are compared, and everything below it moves.
    const compared = instance.onDidUpdateDiff(() => {
      compared.dispose();
      reveal();
    });
    return () => compared.dispose();
    // The chosen hunk alone decides where to look.
  }, [instance, shown, selected, layout, file.id]); // eslint-disable-line react-hooks/exhaustive-deps

  useLayoutEffect(() => {
    if (!monaco || !host.current) return;
    const made = monaco.editor.createDiffEditor(host.current, {
      ...EDITOR_OPTIONS, originalEditable: false, diffAlgorithm: "advanced", ignoreTrimWhitespace: false, hideUnchangedRegions: { enabled: true }, renderOverviewRuler: false, renderSideBySideInlineBreakpoint: SIDE_BY_SIDE_FROM, glyphMargin: true, renderMarginRevertIcon: false, renderGutterMenu: false, renderFinalNewline: "on",
    });
    const choose = (side: "base" | "new") => (event: editor.IEditorMouseEvent) => {
      const line = event.target.position?.lineNumber;
      const hunk = line === undefined ? undefined : latest.current.file.hunks.find((each) => (side === "base" ? within(line, each.baseStart, each.baseLines) : within(line, each.newStart, each.newLines)));
      if (hunk) latest.current.onChoose(hunk.id);
    };
    const listening = [made.getOriginalEditor().onMouseDown(choose("base")), made.getModifiedEditor().onMouseDown(choose("new"))];
    setInstance(made);
    return () => {
      for (const each of listening) each.dispose();
      made.dispose();
    };
  }, [monaco]);

  return <div ref={host} className={cx(text.editor, file.kind === "create" && styles.created, file.kind === "delete" && styles.deleted)} />;
}

function within(line: number, start: number, count: number): boolean {
  return line >= start && line < start + count;
}

/** Lines that follow each other and are decided alike: a decoration each, however long a hunk is. */
function runsOf(hunk: Hunk, offset: number, count: number): readonly { readonly from: number; readonly to: number; readonly decision: ReturnType<typeof decisionAt> }[] {
  if (count === 0) return [];
  if (hunk.decision !== "mixed") return [{ from: 0, to: count - 1, decision: hunk.decision }];
  const runs: { from: number; to: number; decision: ReturnType<typeof decisionAt> }[] = [];
  for (let line = 0; line < count; line += 1) {
    const decision = decisionAt(hunk, offset + line);
    const last = runs.at(-1);
    if (last?.decision === decision) last.to = line;
    else runs.push({ from: line, to: line, decision });
  }
  return runs;
}

/** What is decided, in the margin of each line; what checks found, under the line. */
function useMarks(monaco: MonacoApi | null, instance: editor.IStandaloneDiffEditor | null, shown: number, file: ChangeFile, selected: string | null, messages: readonly StagedMessage[], editing: boolean): void {
  useEffect(() => {
    if (!monaco || !instance || shown === 0 || editing) return;
    const sides = [
      { editor: instance.getOriginalEditor(), start: (hunk: Hunk) => hunk.baseStart, count: (hunk: Hunk) => hunk.baseLines, offset: () => 0 },
      { editor: instance.getModifiedEditor(), start: (hunk: Hunk) => hunk.newStart, count: (hunk: Hunk) => hunk.newLines, offset: (hunk: Hunk) => hunk.baseLines },
    ];
    const made = sides.map(({ editor: side, start, count, offset }) =>
      side.createDecorationsCollection(
        file.hunks.flatMap((hunk) =>
          runsOf(hunk, offset(hunk), count(hunk)).map(({ from, to, decision }) => ({
            range: new monaco.Range(start(hunk) + from, 1, start(hunk) + to, 1),
            options: { isWholeLine: true, glyphMarginClassName: styles[`glyph-${decision}`] ?? "", ...(hunk.id === selected ? { linesDecorationsClassName: styles["glyph-selected"] ?? "" } : {}) },
          })),
        ),
      ),
    );
    const model = instance.getModel()?.modified;
    if (model) {
      monaco.editor.setModelMarkers(model, "change-checks", messages.filter(({ line }) => line !== null && line <= model.getLineCount()).map(({ line, column, text: message, severity, rule }) => ({
        startLineNumber: line ?? 1, startColumn: column ?? 1, endLineNumber: line ?? 1, endColumn: column === null ? model.getLineMaxColumn(line ?? 1) : column + 1, message: rule === null ? message : `${message} (${rule})`,
        severity: severity === "error" ? monaco.MarkerSeverity.Error : monaco.MarkerSeverity.Warning,
      })));
    }
    return () => {
      for (const each of made) each.clear();
    };
  }, [monaco, instance, shown, file, selected, messages, editing]);
}
