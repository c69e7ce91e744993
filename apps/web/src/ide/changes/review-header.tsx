"use client";

import type { ChangeFile, ChangeSet, ValidationStage } from "@coder/api/execution";
import { useState } from "react";
import { CommandIconButton } from "#commands/command-controls.tsx";
import { useOwnJob } from "#features/own-jobs/own-jobs-provider.tsx";
import { plural } from "#lib/time.ts";
import { Button, IconButton } from "#ui/button.tsx";
import { Icon, type IconName } from "#ui/icon.tsx";
import { Progress } from "#ui/progress.tsx";
import { Notice } from "#ui/states.tsx";
import { Tooltip } from "#ui/tooltip.tsx";
import styles from "./changes.module.css";
import { type HunkPlace, STATES, tally } from "./review-state.ts";
import type { ReviewControl } from "./use-review.ts";

interface ReviewHeaderProps {
  readonly change: ChangeSet;
  readonly control: ReviewControl;
  /** Files that changed since, and whether all of that can be put together with the change. */
  readonly stale: number;
  readonly merges: boolean;
  readonly open: boolean;
  /** A file whose edit is not kept yet: nothing is applied before it is. */
  readonly waiting: ChangeFile | undefined;
  readonly mayApply: boolean;
  readonly onGoTo: (place: HunkPlace) => void;
}

/** What the change is, how it stands, and what can be done with all of it. */
export function ReviewHeader({ change, control, stale, merges, open, waiting, mayApply, onGoTo }: ReviewHeaderProps) {
  const { title, reason, state, counts, origin } = change;
  const { label, icon, tone } = STATES[state];
  const { total, accepted, open: undecided } = tally(change.files);
  const unready = waiting ? `Keep or cancel the edit of ${waiting.path} first` : accepted === 0 ? "Accept at least one change first" : undefined;
  return (
    <header className={styles.header}>
      <div className={styles.headline}>
        <h2 className={styles.heading}>{title}</h2>
        <span className={styles.state} data-tone={tone}>
          <Icon name={icon} />
          {label}
        </span>
        <div className={styles.tools}>
          {["changes.previousHunk", "changes.nextHunk", "changes.acceptAll", "changes.rejectAll", "changes.undoDecision", "changes.edit", "changes.layout", "changes.validate", "changes.discard"].map((command) => (
            <CommandIconButton key={command} command={command} />
          ))}
          {open && mayApply ? (
            <Tooltip text={unready ?? "Apply what is accepted"} keys={unready === undefined ? "mod+enter" : undefined}>
              <Button variant={waiting ? "secondary" : "primary"} icon="check" pending={control.pending} unavailable={unready} onClick={() => control.apply(merges ? "merge" : "refuse", "require")}>
                {accepted === 0 ? "Apply" : `${merges ? "Merge and apply" : "Apply"} ${accepted} of ${total}`}
              </Button>
            </Tooltip>
          ) : null}
          {state === "applied" && mayApply ? (
            <Tooltip text="Undo the applied change" keys="mod+alt+z">
              <Button icon="discard" pending={control.pending} onClick={() => control.undo("refuse")}>
                Undo
              </Button>
            </Tooltip>
          ) : null}
        </div>
      </div>
      {reason === "" ? null : <p className={styles.reason} title={reason}>{reason}</p>}
      <div className={styles.facts}>
        <span>{plural(counts.files, "file", "files")}</span>
        <span className={styles.lines}>
          <span data-tone="added">+{counts.additions}</span> <span data-tone="removed">−{counts.deletions}</span>
        </span>
        <span role="status">{undecided === 0 ? "Everything is decided" : `${undecided} of ${total} undecided`}</span>
        <span>{`By ${origin.name}`}</span>
      </div>
      <Checks change={change} onGoTo={onGoTo} />
      <JobProgress change={change} control={control} />
      <Trouble change={change} control={control} mayApply={mayApply} />
      {stale > 0 && open ? (
        <div className={styles.notice}>
          <Notice tone="warning" title={`${plural(stale, "file has", "files have")} changed since this was made`}>
            <p>{merges ? "Both changes can be put together; applying merges them." : "The marked parts conflict with what is there now. Reject them, edit the proposal, or have the change made anew."}</p>
          </Notice>
        </div>
      ) : null}
    </header>
  );
}

const STAGES = { parse: "Syntax", types: "Types", lint: "Lint" } as const;
const STAGE_STATES: Readonly<Record<ValidationStage["state"], { readonly icon: IconName; readonly label: string; readonly tone: string }>> = {
  waiting: { icon: "circle-outline", label: "not checked yet", tone: "plain" },
  running: { icon: "loading", label: "being checked", tone: "plain" },
  passed: { icon: "pass", label: "passed", tone: "good" },
  failed: { icon: "error", label: "failed", tone: "bad" },
  skipped: { icon: "circle-slash", label: "not checked", tone: "plain" },
  broken: { icon: "warning", label: "could not be checked", tone: "warning" },
};

const LISTED_MESSAGES = 100;

/** Each check of the project, and below them what the opened one found or why it did not run. */
function Checks({ change: { validation, files }, onGoTo }: Pick<ReviewHeaderProps, "change" | "onGoTo">) {
  const [opened, setOpened] = useState<string | null>(null);
  const { outdated, subject, stages } = validation;
  const shown = stages.find(({ name }) => name === opened);
  return (
    <>
      <ul className={styles.checks} aria-label={outdated ? "Checks, before the last decisions" : "Checks"}>
        {stages.map((stage) => {
          const { icon, label, tone } = STAGE_STATES[stage.state];
          const errors = stage.messages.filter(({ severity, fileId }) => severity === "error" && fileId !== null).length;
          const text = `${STAGES[stage.name]} ${errors > 0 ? plural(errors, "error", "errors") : label}`;
          return (
            <li key={stage.name}>
              <button type="button" className={styles.check} data-tone={tone} data-outdated={outdated || undefined} aria-expanded={opened === stage.name} onClick={() => setOpened(opened === stage.name ? null : stage.name)}>
                <Icon name={icon} />
                {text}
              </button>
            </li>
          );
        })}
        {outdated && stages.some(({ state }) => state !== "waiting") ? <li className={styles.outdated}>of what was proposed before the last decisions</li> : null}
      </ul>
      {shown ? (
        <div className={styles.stage} role="region" aria-label={`${STAGES[shown.name]}, what was found`}>
          <p>{[subject === "accepted" ? "Checked: what is accepted." : "Checked: all that is proposed.", shown.note, shown.messages.length === 0 && shown.note === "" ? (shown.state === "passed" ? "Nothing was found." : "") : ""].filter(Boolean).join(" ")}</p>
          <ul className={styles.messages}>
            {shown.messages.slice(0, LISTED_MESSAGES).map(({ severity, path, line, column, rule, text, fileId, hunkId }, index) => {
              const file = files.find(({ id }) => id === fileId);
              const place = `${path}${line === null ? "" : `:${line}`}${column === null ? "" : `:${column}`}`;
              return (
                <li key={index} className={styles.message} data-severity={severity}>
                  <Icon name={severity === "error" ? "error" : "warning"} label={severity === "error" ? "Error" : "Warning"} />
                  <span>
                    {file ? (
                      <button type="button" className={styles.messagePlace} onClick={() => onGoTo({ fileId: file.id, hunkId: hunkId ?? "" })}>
                        {place}
                      </button>
                    ) : (
                      place
                    )}
                    {` ${text} `}
                    {rule === null ? null : <span className={styles.rule}>{rule}</span>}
                  </span>
                </li>
              );
            })}
          </ul>
          {shown.limited || shown.messages.length > LISTED_MESSAGES ? <p className={styles.rule}>There are more than these.</p> : null}
        </div>
      ) : null}
    </>
  );
}

/** How far the job is that the change waits for; whoever started it can end it. */
function JobProgress({ change, control }: { readonly change: ChangeSet; readonly control: ReviewControl }) {
  const { state } = change;
  const active = state === "applying" || state === "validating";
  const job = useOwnJob(active && change.job ? { queue: change.job.name, id: change.job.id } : null);
  if (!active) return null;
  const { done = 0, total = 0 } = job?.progress ?? {};
  const running = change.validation.stages.find((stage) => stage.state === "running");
  const what = state === "applying" ? (total > 0 ? `Applying: ${done} of ${plural(total, "file", "files")}` : "Checking what is accepted") : running ? `Checking: ${STAGES[running.name].toLowerCase()}, ${done + 1} of ${change.validation.stages.length}` : "Waiting to be checked";
  return (
    <div className={styles.progress} role="status">
      <Progress className={styles.bar} label={state === "applying" ? "Applying" : "Checking"} done={done} total={total} />
      <span>{what}</span>
      {job && change.job ? <IconButton icon="stop-circle" label={state === "applying" ? "Cancel applying" : "Cancel checking"} onClick={() => change.job && control.cancel(change.job)} /> : null}
    </div>
  );
}

function Trouble({ change, control, mayApply }: { readonly change: ChangeSet; readonly control: ReviewControl; readonly mayApply: boolean }) {
  const { problem, state } = change;
  const [hidden, setHidden] = useState<string | null>(null);
  if (!problem || hidden === change.updatedAt) return null;
  const canMerge = problem.code === "stale_base" && problem.details?.["canMerge"] === true;
  return (
    <div className={styles.notice}>
      <Notice tone="error" title={problem.message} role="alert">
        <p>{problem.remedy}</p>
        <div className={styles.noticeActions}>
          {canMerge && mayApply ? <Button onClick={() => (state === "applied" ? control.undo("merge") : control.apply("merge", "require"))}>{state === "applied" ? "Merge and undo" : "Merge and apply"}</Button> : null}
          {problem.code === "validation_failed" && mayApply ? <Button onClick={() => control.apply("refuse", "skip")}>Apply anyway</Button> : null}
          <Button variant="quiet" onClick={() => setHidden(change.updatedAt)}>Hide</Button>
        </div>
      </Notice>
    </div>
  );
}
