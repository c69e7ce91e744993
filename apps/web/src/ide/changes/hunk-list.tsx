"use client";

import type { ChangeFile, Comment, Hunk, ValidationMessage } from "@coder/api/execution";
import { type SyntheticEvent, useEffect, useMemo, useRef, useState } from "react";
import { useNames } from "#features/people/use-people.ts";
import { useSession } from "#features/session/session.tsx";
import { Button, IconButton } from "#ui/button.tsx";
import { Icon, type IconName } from "#ui/icon.tsx";
import { Tooltip } from "#ui/tooltip.tsx";
import { Time } from "#ui/values.tsx";
import styles from "./changes.module.css";
import type { CommentDrafts, CommentPlace } from "./CommentDrafts.ts";
import { DECISION_WORDS, decisionAt, linesOfHunk, placeOf } from "./review-state.ts";
import type { ReviewControl } from "./use-review.ts";
import type { ReviewActions } from "./use-review-actions.ts";

export type StagedMessage = ValidationMessage & { readonly stage: string };

interface HunkListProps {
  readonly file: ChangeFile;
  readonly original: string;
  readonly proposal: string;
  readonly selected: string | null;
  /** The line of the selected hunk that is looked at; null while the hunk is looked at as a whole. */
  readonly line: number | null;
  /** Whether a comment on that line is being written. */
  readonly commenting: boolean;
  readonly open: boolean;
  readonly control: ReviewControl;
  readonly actions: ReviewActions;
  readonly drafts: CommentDrafts;
  readonly messages: readonly StagedMessage[];
  readonly comments: readonly Comment[];
  /** Hunks that meet what somebody changed in the project since. */
  readonly conflicts: readonly string[];
}

/** Lines of a hunk that are shown before and after the one that is looked at. */
const LINES_AROUND = 100;
/** Hunks that are shown before and after the one that is looked at. */
const AROUND = 60;

/** The hunks of a file, one after the other: why, what was found, and what is decided; line by line where it is opened. */
export function HunkList({ file, original, proposal, selected, line, commenting, open, control, actions, drafts, messages, comments, conflicts }: HunkListProps) {
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
            first={hunk === file.hunks[0]}
            selected={hunk.id === selected}
            line={hunk.id === selected ? line : null}
            commenting={hunk.id === selected && commenting}
            open={open}
            control={control}
            actions={actions}
            drafts={drafts}
            messages={messages.filter(({ hunkId }) => hunkId === hunk.id)}
            comments={comments.filter(({ side, line }) => isIn(hunk, side, line))}
            conflicts={conflicts.includes(hunk.id)}
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
  readonly first: boolean;
  readonly selected: boolean;
  readonly line: number | null;
  readonly commenting: boolean;
  readonly open: boolean;
  readonly control: ReviewControl;
  readonly actions: ReviewActions;
  readonly drafts: CommentDrafts;
  readonly messages: readonly StagedMessage[];
  readonly comments: readonly Comment[];
  readonly conflicts: boolean;
}

function HunkItem({ file, hunk, before, after, first, selected, line, commenting, open, control, actions, drafts, messages, comments, conflicts }: HunkItemProps) {
  const item = useRef<HTMLLIElement>(null);
  const here = { fileId: file.id, hunkId: hunk.id };
  const onChoose = () => actions.goTo({ ...here, line });
  const { label, icon } = DECISION_WORDS[hunk.decision];
  const place = placeOf(hunk, file);
  const decide = (decision: "accepted" | "rejected" | "undecided") => control.decide(decision, [{ fileId: file.id, hunkId: hunk.id }]);
  const arrived = useRef(false);
  useEffect(() => {
    // A review begins at its top: nothing is scrolled to before somebody goes anywhere.
    if (selected && (arrived.current || !first)) item.current?.scrollIntoView({ block: "nearest" });
    arrived.current = true;
  }, [selected, first]);
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
            <DecisionButton title="Accept" keys="alt+a" icon="check" pressed={hunk.decision === "accepted"} selected={selected} onClick={() => { onChoose(); decide(hunk.decision === "accepted" ? "undecided" : "accepted"); }} />
            <DecisionButton title="Reject" keys="alt+r" icon="close" pressed={hunk.decision === "rejected"} selected={selected} onClick={() => { onChoose(); decide(hunk.decision === "rejected" ? "undecided" : "rejected"); }} />
          </>
        ) : null}
        {hunk.kind === "text" ? (
          <Button variant="quiet" icon={line !== null ? "chevron-down" : "chevron-right"} aria-expanded={line !== null} onClick={() => actions.goTo({ ...here, line: line === null ? 0 : null })}>
            Lines
          </Button>
        ) : null}
      </div>
      {line === null ? null : <Lines file={file} hunk={hunk} before={before} after={after} line={line} commenting={commenting} open={open} control={control} actions={actions} drafts={drafts} />}
      <Comments comments={comments} control={control} />
    </li>
  );
}

interface DecisionButtonProps {
  readonly title: string;
  readonly icon: IconName;
  readonly keys: string;
  readonly pressed: boolean;
  readonly selected: boolean;
  readonly onClick: () => void;
}

/** The keys are those of the change that is looked at. */
function DecisionButton({ title, icon, keys, pressed, selected, onClick }: DecisionButtonProps) {
  return (
    <Tooltip text={`${title} this change`} keys={selected ? keys : undefined}>
      <Button icon={icon} aria-pressed={pressed} onClick={onClick}>
        {title}
      </Button>
    </Tooltip>
  );
}

type LinesProps = Pick<HunkItemProps, "file" | "hunk" | "before" | "after" | "commenting" | "open" | "control" | "actions" | "drafts"> & { readonly line: number };

function Lines({ file, hunk, before, after, line: at, commenting, open, control, actions, drafts }: LinesProps) {
  const list = useRef<HTMLUListElement>(null);
  const lines = linesOfHunk(hunk, before, after);
  const [first, last] = [Math.max(0, at - LINES_AROUND), Math.min(lines.length, at + LINES_AROUND + 1)];
  useEffect(() => {
    list.current?.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
  }, [at]);
  return (
    <>
      {first > 0 ? (
        <Button variant="quiet" icon="arrow-up" onClick={() => actions.goToLine(first - 1)}>
          {`${first} earlier lines`}
        </Button>
      ) : null}
      <ul ref={list} className={styles.lineItems}>
        {lines.slice(first, last).map(({ sign, number, text }, offset) => {
          const index = first + offset;
          const decision = decisionAt(hunk, index);
          const what = `${sign === "+" ? "added" : "removed"} line ${number}`;
          const set = (wanted: "accepted" | "rejected") => {
            actions.goToLine(index);
            control.decide(decision === wanted ? "undecided" : wanted, [{ fileId: file.id, hunkId: hunk.id, lines: [index] }]);
          };
          return (
            <li key={index} className={styles.line} data-sign={sign} data-decision={decision} aria-current={index === at ? "true" : undefined} tabIndex={index === at ? -1 : undefined}>
              <span className={styles.lineNumber}>{number}</span>
              <span className={styles.sign} aria-hidden="true">
                {sign === "+" ? "+" : "−"}
              </span>
              <code className={styles.code} title={text}>
                {text === "" ? " " : text}
              </code>
              {open ? (
                <>
                  <IconButton icon="check" label={`Accept ${what}`} keys={index === at ? "alt+l" : undefined} aria-pressed={decision === "accepted"} onClick={() => set("accepted")} />
                  <IconButton icon="close" label={`Reject ${what}`} keys={index === at ? "alt+shift+l" : undefined} aria-pressed={decision === "rejected"} onClick={() => set("rejected")} />
                </>
              ) : null}
              <IconButton icon="comment" label={`Comment on ${what}`} keys={index === at ? "alt+c" : undefined} onClick={() => actions.commentOn(index)} />
              {commenting && index === at ? (
                <CommentForm
                  key={index}
                  place={{ fileId: file.id, side: sign === "+" ? "proposal" : "original", line: number }}
                  drafts={drafts}
                  onEnd={actions.endComment}
                  onSend={control.comment}
                />
              ) : null}
            </li>
          );
        })}
      </ul>
      {last < lines.length ? (
        <Button variant="quiet" icon="arrow-down" onClick={() => actions.goToLine(last)}>
          {`${lines.length - last} more lines`}
        </Button>
      ) : null}
    </>
  );
}

interface CommentFormProps {
  readonly place: CommentPlace;
  readonly drafts: CommentDrafts;
  readonly onSend: ReviewControl["comment"];
  readonly onEnd: () => void;
}

function CommentForm({ place, drafts, onSend, onEnd }: CommentFormProps) {
  const [text, setText] = useState(() => drafts.textOf(place));
  const [pending, setPending] = useState(false);
  const write = (typed: string) => {
    setText(typed);
    drafts.type(place, typed);
  };
  const end = () => {
    drafts.type(place, "");
    onEnd();
  };
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    if (text.trim() === "" || pending) return;
    setPending(true);
    // A refusal is told, and what was typed stays.
    void onSend(place.fileId, place.side, place.line, text).then(end, () => setPending(false));
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
        onChange={(event) => write(event.target.value)}
        onKeyDown={(event) => {
          // What was typed is there again when the field is.
          if (event.key === "Escape") onEnd();
          // The same key applies the change where no comment is written.
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send(event);
        }}
      />
      <div className={styles.hunkActions}>
        <Button type="submit" variant="primary" pending={pending}>
          Comment
        </Button>
        <Button onClick={end}>Cancel</Button>
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
            <span>{`line ${line}`}</span>
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
