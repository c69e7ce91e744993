"use client";

import type { ContextItem } from "@coder/api/ai-service";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useStore } from "#lib/store.ts";
import { IconButton } from "#ui/button.tsx";
import { Icon } from "#ui/icon.tsx";
import { useIde } from "../ide-context.ts";
import type { Completion } from "./commands.ts";
import { useCompletions } from "./use-completions.ts";
import { useSent } from "./use-sent.ts";
import { type ConversationControl, placeOf } from "./use-conversation.ts";
import styles from "./chat.module.css";

const MAX_ROWS = 12;
const NO_OFFERS: readonly Completion[] = [];

/** Where a message is written, with what it is about. */
export function Composer({ control, hasModel, draft, onDraft }: { readonly control: ConversationControl; readonly hasModel: boolean; readonly draft: string; readonly onDraft: (text: string) => void }) {
  const [context, setContext] = useState<readonly ContextItem[]>([]);
  const { running, send, stop } = control;
  const offered = useOffered().filter((item) => !context.some((each) => keyOf(each) === keyOf(item)));
  const ready = draft.trim() !== "" && running === undefined && !send.isPending;
  const listId = useId();
  const sent = useSent();
  const completions = useCompletions(draft);
  // Of which draft the list was closed, and what is chosen in it.
  const [closed, setClosed] = useState<string | null>(null);
  const [chosen, setChosen] = useState(-1);
  const offers = closed === draft || running ? NO_OFFERS : completions;
  const at = Math.min(chosen, offers.length - 1);
  const typed = useRef(draft);
  const field = useRef<HTMLTextAreaElement>(null);
  // What was left there goes on at its end.
  useEffect(() => field.current?.setSelectionRange(typed.current.length, typed.current.length), []);
  const write = (text: string) => {
    typed.current = text;
    setChosen(-1);
    onDraft(text);
  };
  const submit = () => {
    if (!ready) return;
    sent.add(draft);
    setChosen(-1);
    // What was not sent stands there again, before whatever was typed meanwhile.
    send.mutate({ text: draft, context }, { onSuccess: () => setContext([]), onError: () => onDraft([draft, typed.current].filter(Boolean).join("\n")) });
    write("");
  };
  const stopRunning = () => {
    if (!running) return;
    stop.mutate(placeOf(running));
    // The button goes with the answer: what comes next is written.
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const plain = !event.shiftKey;
    const offer = offers[at] ?? (event.key === "Tab" ? offers[0] : undefined);
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (plain && offer && (event.key === "Tab" || event.key === "Enter")) write(offer.text);
    else if (plain && event.key === "Enter") submit();
    else if (event.key === "Escape" && offers.length > 0) setClosed(draft);
    else if (plain && step !== undefined && offers.length > 0) setChosen((at + step + offers.length + (at < 0 && step < 0 ? 1 : 0)) % offers.length);
    else if (plain && (step === -1 || step === 1)) {
      const text = sent.step(draft, step);
      if (text === null) return;
      // What comes from there is not completed before it is changed.
      setClosed(text);
      write(text);
    } else return;
    event.preventDefault();
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
      {offers.length > 0 ? <Offers id={listId} offers={offers} chosen={at} onChoose={(offer) => write(offer.text)} /> : null}
      <div className={styles.field}>
        <textarea
          ref={field}
          className={styles.input}
          aria-label="Message"
          data-first-focus
          placeholder={hasModel ? "Ask about this project, or for a change" : "/explain a symbol, or describe what you look for"}
          rows={Math.min(MAX_ROWS, draft.split("\n").length + 1)}
          value={draft}
          aria-autocomplete="list"
          {...(offers.length > 0 ? { "aria-controls": listId } : {})}
          {...(at >= 0 ? { "aria-activedescendant": `${listId}-${at}` } : {})}
          onChange={(event) => write(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {running ? <IconButton icon="stop-circle" label="Stop" className={styles.send} onClick={stopRunning} /> : <IconButton type="submit" icon={send.isPending ? "loading" : "arrow-up"} label="Send" className={styles.send} disabled={!ready} />}
      </div>
    </form>
  );
}

/** Ways to go on, chosen with the arrows; Tab takes the first one. */
function Offers({ id, offers, chosen, onChoose }: { readonly id: string; readonly offers: readonly Completion[]; readonly chosen: number; readonly onChoose: (offer: Completion) => void }) {
  return (
    <ul id={id} className={styles.offers} role="listbox" aria-label="Completions">
      {offers.map((offer, index) => (
        <li
          key={offer.text}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === chosen}
          className={styles.completion}
          // The message keeps the focus.
          onPointerDown={(event) => {
            event.preventDefault();
            onChoose(offer);
          }}
        >
          <span className={styles.completionName}>{offer.label}</span>
          <span className={styles.completionHelp}>{offer.help}</span>
        </li>
      ))}
    </ul>
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
