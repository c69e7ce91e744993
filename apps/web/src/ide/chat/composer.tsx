"use client";

import type { ContextItem } from "@coder/api/ai-service";
import { type KeyboardEvent, useEffect, useState } from "react";
import { useStore } from "#lib/store.ts";
import { IconButton } from "#ui/button.tsx";
import { Icon } from "#ui/icon.tsx";
import { useIde } from "../ide-context.ts";
import { type ConversationControl, placeOf } from "./use-conversation.ts";
import styles from "./chat.module.css";

const MAX_ROWS = 12;

/** Where a message is written, with what it is about. */
export function Composer({ control, hasModel, draft, onDraft }: { readonly control: ConversationControl; readonly hasModel: boolean; readonly draft: string; readonly onDraft: (text: string) => void }) {
  const [context, setContext] = useState<readonly ContextItem[]>([]);
  const { running, send, stop } = control;
  const offered = useOffered().filter((item) => !context.some((each) => keyOf(each) === keyOf(item)));
  const ready = draft.trim() !== "" && running === undefined && !send.isPending;
  const submit = () => {
    if (!ready) return;
    send.mutate({ text: draft, context }, { onSuccess: () => setContext([]), onError: () => onDraft(draft) });
    onDraft("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };
  return (
    <form
      className={styles.composer}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {context.length + offered.length > 0 ? (
        <ul className={styles.chips} aria-label="What the message is about">
          {context.map((item) => (
            <li key={keyOf(item)} className={styles.chip}>
              <span className={styles.chipText}>{keyOf(item)}</span>
              <button type="button" className={styles.chipButton} aria-label={`Leave out ${keyOf(item)}`} onClick={() => setContext(context.filter((each) => each !== item))}>
                <Icon name="close" />
              </button>
            </li>
          ))}
          {offered.map((item) => (
            <li key={keyOf(item)}>
              <button type="button" className={styles.offer} aria-label={`Add ${keyOf(item)}`} onClick={() => setContext([...context, item].slice(-20))}>
                <Icon name="add" />
                <span className={styles.chipText}>{keyOf(item)}</span>
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      <div className={styles.field}>
        <textarea
          className={styles.input}
          aria-label="Message"
          data-first-focus
          placeholder={hasModel ? "Ask about this project, or for a change" : "/explain a symbol, or describe what you look for"}
          rows={Math.min(MAX_ROWS, draft.split("\n").length + 1)}
          value={draft}
          onChange={(event) => onDraft(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {running ? <IconButton icon="stop-circle" label="Stop" className={styles.send} onClick={() => stop.mutate(placeOf(running))} /> : <IconButton type="submit" icon={send.isPending ? "loading" : "arrow-up"} label="Send" className={styles.send} disabled={!ready} />}
      </div>
    </form>
  );
}

/** The file that is open, and the lines that are selected in it. */
function useOffered(): readonly ContextItem[] {
  const { activeEditor } = useIde();
  const active = useStore(activeEditor);
  const [lines, setLines] = useState<{ readonly start: number; readonly end: number } | null>(null);
  useEffect(() => {
    if (!active) return undefined;
    const look = () => {
      const selection = active.editor.getSelection();
      setLines(selection && !selection.isEmpty() ? { start: selection.startLineNumber, end: selection.endLineNumber } : null);
    };
    look();
    const listener = active.editor.onDidChangeCursorSelection(look);
    return () => listener.dispose();
  }, [active]);
  if (!active) return [];
  const { path } = active.document;
  return [{ path, startLine: null, endLine: null }, ...(lines ? [{ path, startLine: lines.start, endLine: lines.end }] : [])];
}

function keyOf({ path, startLine, endLine }: ContextItem): string {
  return startLine === null ? path : `${path}:${startLine}${endLine === null || endLine === startLine ? "" : `-${endLine}`}`;
}
