"use client";

import type { Message, MessageId } from "@coder/api/ai-service";
import { useState } from "react";
import { copyText } from "#lib/clipboard.ts";
import { Button, IconButton } from "#ui/button.tsx";
import { Icon } from "#ui/icon.tsx";
import { Notice } from "#ui/states.tsx";
import { toast } from "#ui/toast.tsx";
import { useIde } from "../ide-context.ts";
import { Markdown } from "./markdown.tsx";
import { ToolRow } from "./tool-row.tsx";
import { type ConversationControl, placeOf } from "./use-conversation.ts";
import { STATE_TEXTS, usageText } from "./words.ts";
import styles from "./chat.module.css";

interface MessageProps {
  readonly message: Message;
  readonly control: ConversationControl;
  readonly last: boolean;
}

/** One message with what can be done about it. */
export function MessageView({ message, control, last }: MessageProps) {
  return message.role === "user" ? <Question message={message} control={control} /> : <Answer message={message} control={control} last={last} />;
}

function Question({ message, control }: Omit<MessageProps, "last">) {
  const { openFile } = useIde();
  const text = plainText(message);
  const [draft, setDraft] = useState<string | null>(null);
  const busy = control.running !== undefined;
  const resend = () => {
    if (draft === null || draft.trim() === "" || control.send.isPending) return;
    // It stays open until it is sent.
    control.send.mutate({ text: draft, context: message.context, parentId: message.parentId }, { onSuccess: () => setDraft(null) });
  };
  return (
    <article className={styles.question} aria-label="You">
      {draft === null ? (
        <>
          <p className={styles.questionText}>{text}</p>
          {message.context.length > 0 ? (
            <ul className={styles.chips} aria-label="Looked at">
              {message.context.map(({ path, startLine, endLine }) => (
                <li key={`${path}:${startLine}`}>
                  <button type="button" className={styles.citation} onClick={() => openFile(path, { preview: true, ...(startLine === null ? {} : { at: { line: startLine, endLine: endLine ?? startLine } }) })}>
                    {startLine === null ? path : `${path}:${startLine}${endLine === null || endLine === startLine ? "" : `-${endLine}`}`}
                  </button>
                </li>
              ))}
            </ul>
          ) : null}
          <footer className={styles.foot}>
            <BranchSwitch message={message} control={control} />
            <span className={styles.footActions}>
              <IconButton icon="copy" label="Copy the message" onClick={() => void copyText(text).then(() => toast({ title: "Message copied" }))} />
              <IconButton icon="edit" label="Edit and send again" disabled={busy} onClick={() => setDraft(text)} />
            </span>
          </footer>
        </>
      ) : (
        <form
          className={styles.editForm}
          onSubmit={(event) => {
            event.preventDefault();
            resend();
          }}
        >
          <textarea
            className={styles.editInput}
            aria-label="Edit the message"
            value={draft}
            rows={Math.min(10, draft.split("\n").length + 1)}
            autoFocus
            onChange={(event) => setDraft(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Escape") setDraft(null);
              if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
                event.preventDefault();
                resend();
              }
            }}
          />
          <div className={styles.editActions}>
            <Button variant="quiet" onClick={() => setDraft(null)}>
              Cancel
            </Button>
            <Button type="submit" variant="primary" pending={control.send.isPending}>
              Send
            </Button>
          </div>
        </form>
      )}
    </article>
  );
}

function Answer({ message, control, last }: MessageProps) {
  const running = message.state === "running";
  const state = STATE_TEXTS[message.state];
  const text = plainText(message);
  return (
    <article className={styles.answer} aria-label="Answer" aria-busy={running} data-state={message.state}>
      {message.parts.map((part, index) =>
        part.kind === "text" ? (
          <Markdown key={index} text={part.text} />
        ) : part.kind === "tool" ? (
          <ToolRow key={part.callId + index} part={part} />
        ) : (
          <p key={index} className={styles.notice}>
            <Icon name="info" />
            {part.text}
          </p>
        ),
      )}
      {running ? (
        <p className={styles.working} role="status">
          <Icon name="loading" />
          {message.parts.length === 0 ? "Asked" : "Working"}
        </p>
      ) : null}
      {message.problem ? (
        <Notice tone={message.state === "failed" ? "error" : "warning"} title={message.problem.message}>
          <p>{message.problem.remedy}</p>
          {last && !running ? (
            <Button className={styles.retry} icon="refresh" onClick={() => control.retry.mutate(placeOf(message))}>
              Retry
            </Button>
          ) : null}
        </Notice>
      ) : null}
      {running ? null : (
        <footer className={styles.foot}>
          <BranchSwitch message={message} control={control} />
          <span className={styles.facts}>
            {state === null ? null : <span className={styles.state}>{state}</span>}
            <span title={message.usage ? `Tokens: ${usageText(message.usage)}` : undefined}>{message.model === "builtin" ? "Built in" : message.model}</span>
            {message.usage ? <span>{usageText(message.usage)}</span> : null}
          </span>
          <span className={styles.footActions}>
            <IconButton icon="copy" label="Copy the answer" onClick={() => void copyText(text).then(() => toast({ title: "Answer copied" }))} />
            {last && !message.problem ? <IconButton icon="refresh" label="Retry" onClick={() => control.retry.mutate(placeOf(message))} /> : null}
          </span>
        </footer>
      )}
    </article>
  );
}

/** Between what stands beside this message: edits of it, other answers. */
function BranchSwitch({ message: { id, conversationId, siblings }, control }: Omit<MessageProps, "last">) {
  if (siblings.length < 2) return null;
  const at = siblings.indexOf(id);
  const busy = control.running !== undefined;
  const go = (to: MessageId | undefined) => to !== undefined && control.showBranch.mutate({ conversationId, messageId: to });
  return (
    <span className={styles.branches}>
      <IconButton icon="chevron-left" label="The version before" disabled={busy || at <= 0} onClick={() => go(siblings[at - 1])} />
      <span className={styles.branchText}>{`${at + 1} of ${siblings.length}`}</span>
      <IconButton icon="chevron-right" label="The version after" disabled={busy || at >= siblings.length - 1} onClick={() => go(siblings[at + 1])} />
    </span>
  );
}

function plainText({ parts }: Message): string {
  return parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("");
}
