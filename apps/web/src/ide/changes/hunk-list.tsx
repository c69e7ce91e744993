"use client";

import type { ChangeFile, Comment, Hunk, ValidationMessage } from "@coder/api/execution";
import { type FormEvent, useEffect, useMemo, useRef, useState } from "react";
import { useNames } from "#features/people/use-people.ts";
import { useSession } from "#features/session/session.tsx";
import { Button, IconButton } from "#ui/button.tsx";
import { Icon } from "#ui/icon.tsx";
import { Time } from "#ui/values.tsx";
import styles from "./changes.module.css";
import { DECISION_WORDS, decisionAt, linesOfHunk, placeOf } from "./review-state.ts";
import type { ReviewControl } from "./use-review.ts";

export type StagedMessage = ValidationMessage & { readonly stage: string };

interface HunkListProps {
  readonly file: ChangeFile;
  readonly original: string;
  readonly proposal: string;
  readonly selected: string | null;
  readonly open: boolean;
  readonly control: ReviewControl;
  readonly messages: readonly StagedMessage[];
  readonly comments: readonly Comment[];
  /** Hunks that meet what somebody changed in the project since. */
  readonly conflicts: readonly string[];
  readonly onChoose: (hunkId: string) => void;
}

const MAX_LINES = 300;
/** Hunks that are shown before and after the one that is looked at. */
const AROUND = 60;

/** The hunks of a file, one after the other: why, what was found, and what is decided; line by line where it is opened. */
export function HunkList({ file, original, proposal, selected, open, control, messages, comments, conflicts, onChoose }: HunkListProps) {
  const [before, after] = useMemo(() => [original.split("\n"), proposal.split("\n")], [original, proposal]);
  const at = Math.max(0, file.hunks.findIndex(({ id }) => id === selected));
  const [first, last] = [Math.max(0, at - AROUND), Math.min(file.hunks.length, at + AROUND + 1)];
  const elsewhere = messages.filter(({ hunkId }) => hunkId === null);
  return (
    <section className={styles.hunks} aria-label={`Decisions on ${file.path}`}>
      <div className={styles.fileHead}>
        <span className={styles.path}>{file.path}</span>
        {file.edited ? <span className={styles.tag}>Edited</span> : null}
      </div>
      {file.reason === "" ? null : <p className={styles.fileReason}>{file.reason}</p>}
      <Messages messages={elsewhere} />
      <ol className={styles.hunkItems}>
        {file.hunks.slice(first, last).map((hunk) => (
          <HunkItem
            key={hunk.id}
            file={file}
            hunk={hunk}
            before={before}
            after={after}
            selected={hunk.id === selected}
            open={open}
            control={control}
            messages={messages.filter(({ hunkId }) => hunkId === hunk.id)}
            comments={comments.filter(({ side, line }) => isIn(hunk, side, line))}
            conflicts={conflicts.includes(hunk.id)}
            onChoose={() => onChoose(hunk.id)}
          />
        ))}
      </ol>
      {first > 0 || last < file.hunks.length ? <p className={styles.more}>{`${last - first} of ${file.hunks.length} changes of this file, around the one you look at. F7 goes on.`}</p> : null}
      <Comments comments={comments.filter(({ side, line }) => !file.hunks.some((hunk) => isIn(hunk, side, line)))} control={control} />
    </section>
  );
}

function isIn({ baseStart, baseLines, newStart, newLines }: Hunk, side: Comment["side"], line: number): boolean {
  return side === "original" ? line >= baseStart && line < baseStart + baseLines : line >= newStart && line < newStart + newLines;
}

interface HunkItemProps {
  readonly file: ChangeFile;
  readonly hunk: Hunk;
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly selected: boolean;
  readonly open: boolean;
  readonly control: ReviewControl;
  readonly messages: readonly StagedMessage[];
  readonly comments: readonly Comment[];
  readonly conflicts: boolean;
  readonly onChoose: () => void;
}

function HunkItem({ file, hunk, before, after, selected, open, control, messages, comments, conflicts, onChoose }: HunkItemProps) {
  const item = useRef<HTMLLIElement>(null);
  const [byLine, setByLine] = useState(false);
  const { label, icon } = DECISION_WORDS[hunk.decision];
  const place = placeOf(hunk, file);
  const decide = (decision: "accepted" | "rejected" | "undecided") => control.decide(decision, [{ fileId: file.id, hunkId: hunk.id }]);
  useEffect(() => {
    if (selected) item.current?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  return (
    <li ref={item} className={styles.hunk} data-selected={selected || undefined} data-decision={hunk.decision} aria-label={`${place}, ${label}`}>
      <div className={styles.hunkHead}>
        <button type="button" className={styles.hunkPlace} aria-current={selected ? "true" : undefined} onClick={onChoose}>
          {place}
        </button>
        <span className={styles.lines}>
          {hunk.newLines > 0 ? <span data-tone="added">+{hunk.newLines}</span> : null} {hunk.baseLines > 0 ? <span data-tone="removed">−{hunk.baseLines}</span> : null}
        </span>
        <span className={styles.decision} data-decision={hunk.decision}>
          <Icon name={icon} />
          {label}
        </span>
      </div>
      {hunk.reason === "" ? null : <p className={styles.hunkReason}>{hunk.reason}</p>}
      {conflicts ? (
        <p className={styles.conflict}>
          <Icon name="warning" />
          Conflicts with what is in the file now
        </p>
      ) : null}
      <Messages messages={messages} />
      <div className={styles.hunkActions}>
        {open ? (
          <>
            <Button icon="check" aria-pressed={hunk.decision === "accepted"} onClick={() => { onChoose(); decide(hunk.decision === "accepted" ? "undecided" : "accepted"); }}>
              Accept
            </Button>
            <Button icon="close" aria-pressed={hunk.decision === "rejected"} onClick={() => { onChoose(); decide(hunk.decision === "rejected" ? "undecided" : "rejected"); }}>
              Reject
            </Button>
          </>
        ) : null}
        {hunk.kind === "text" ? (
          <Button variant="quiet" icon={byLine ? "chevron-down" : "chevron-right"} aria-expanded={byLine} onClick={() => { onChoose(); setByLine(!byLine); }}>
            Lines
          </Button>
        ) : null}
      </div>
      {byLine ? <Lines file={file} hunk={hunk} before={before} after={after} open={open} control={control} /> : null}
      <Comments comments={comments} control={control} />
    </li>
  );
}

function Lines({ file, hunk, before, after, open, control }: Pick<HunkItemProps, "file" | "hunk" | "before" | "after" | "open" | "control">) {
  const [shown, setShown] = useState(MAX_LINES);
  const [commenting, setCommenting] = useState<number | null>(null);
  const lines = linesOfHunk(hunk, before, after);
  return (
    <>
      <ul className={styles.lineItems}>
        {lines.slice(0, shown).map(({ sign, number, text }, index) => {
          const decision = decisionAt(hunk, index);
          const what = `${sign === "+" ? "added" : "removed"} line ${number}`;
          const set = (wanted: "accepted" | "rejected") => control.decide(decision === wanted ? "undecided" : wanted, [{ fileId: file.id, hunkId: hunk.id, lines: [index] }]);
          return (
            <li key={index} className={styles.line} data-sign={sign} data-decision={decision}>
              <span className={styles.lineNumber}>{number}</span>
              <span className={styles.sign} aria-hidden="true">
                {sign === "+" ? "+" : "−"}
              </span>
              <code className={styles.code} title={text}>
                {text === "" ? " " : text}
              </code>
              {open ? (
                <>
                  <IconButton icon="check" label={`Accept ${what}`} aria-pressed={decision === "accepted"} onClick={() => set("accepted")} />
                  <IconButton icon="close" label={`Reject ${what}`} aria-pressed={decision === "rejected"} onClick={() => set("rejected")} />
                </>
              ) : null}
              <IconButton icon="comment" label={`Comment on ${what}`} onClick={() => setCommenting(commenting === index ? null : index)} />
              {commenting === index ? (
                <CommentForm
                  onCancel={() => setCommenting(null)}
                  onSend={async (comment) => {
                    await control.comment(file.id, sign === "+" ? "proposal" : "original", number, comment);
                    setCommenting(null);
                  }}
                />
              ) : null}
            </li>
          );
        })}
      </ul>
      {lines.length > shown ? (
        <Button variant="quiet" onClick={() => setShown(shown + MAX_LINES)}>
          {`Show ${Math.min(MAX_LINES, lines.length - shown)} more of ${lines.length} lines`}
        </Button>
      ) : null}
    </>
  );
}

function CommentForm({ onSend, onCancel }: { readonly onSend: (text: string) => Promise<void>; readonly onCancel: () => void }) {
  const [text, setText] = useState("");
  const [pending, setPending] = useState(false);
  const send = (event?: FormEvent) => {
    event?.preventDefault();
    if (text.trim() === "" || pending) return;
    setPending(true);
    void onSend(text).finally(() => setPending(false));
  };
  return (
    <form className={styles.commentForm} onSubmit={send}>
      <textarea
        aria-label="Comment"
        // eslint-disable-next-line jsx-a11y/no-autofocus -- it was asked for by the button before it
        autoFocus
        rows={3}
        maxLength={5_000}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onCancel();
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
        }}
      />
      <div className={styles.hunkActions}>
        <Button type="submit" variant="primary" pending={pending}>
          Comment
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </form>
  );
}

function Comments({ comments, control }: { readonly comments: readonly Comment[]; readonly control: ReviewControl }) {
  const { user } = useSession();
  const names = useNames();
  if (comments.length === 0) return null;
  return (
    <ul className={styles.comments} aria-label="Comments">
      {comments.map(({ id, text, line, createdAt, createdBy }) => (
        <li key={id} className={styles.comment}>
          <div className={styles.commentHead}>
            <Icon name="comment" />
            <span className={styles.commentBy}>{(createdBy === null ? undefined : names.get(createdBy)) ?? "Somebody"}</span>
            <span>{`on line ${line}`}</span>
            <Time at={createdAt} />
            {createdBy === user.id ? <IconButton icon="trash" label="Delete the comment" onClick={() => control.uncomment(id)} /> : null}
          </div>
          <p>{text}</p>
        </li>
      ))}
    </ul>
  );
}

function Messages({ messages }: { readonly messages: readonly StagedMessage[] }) {
  if (messages.length === 0) return null;
  return (
    <ul className={styles.messages} aria-label="Messages of checks">
      {messages.slice(0, 50).map(({ severity, line, rule, text }, index) => (
        <li key={index} className={styles.message} data-severity={severity}>
          <Icon name={severity === "error" ? "error" : "warning"} label={severity === "error" ? "Error" : "Warning"} />
          <span>
            {line === null ? "" : `${line}: `}
            {text} {rule === null ? null : <span className={styles.rule}>{rule}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}
