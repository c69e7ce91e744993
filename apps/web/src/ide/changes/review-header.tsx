"use client";

import type { BaseState, ChangeSet, ValidationStage } from "@coder/api/execution";
import { useState } from "react";
import { CommandIconButton } from "#commands/command-controls.tsx";
import { useSession } from "#features/session/session.tsx";
import { useOwnJob } from "#features/own-jobs/own-jobs-provider.tsx";
import { plural } from "#lib/time.ts";
import { Button, IconButton } from "#ui/button.tsx";
import { Icon, type IconName } from "#ui/icon.tsx";
import { Notice } from "#ui/states.tsx";
import styles from "./changes.module.css";
import { STATES, tally } from "./review-state.ts";
import type { ReviewControl } from "./use-review.ts";

interface ReviewHeaderProps {
  readonly change: ChangeSet;
  readonly control: ReviewControl;
  readonly bases: ReadonlyMap<string, BaseState>;
  readonly open: boolean;
}

/** What the change is, how it stands, and what can be done with all of it. */
export function ReviewHeader({ change, control, bases, open }: ReviewHeaderProps) {
  const { may } = useSession();
  const { title, reason, state, counts, origin } = change;
  const { label, icon, tone } = STATES[state];
  const { total, accepted, open: undecided } = tally(change.files);
  const stale = [...bases.values()].filter((base) => base.state !== "current");
  const merges = stale.length > 0 && stale.every((base) => base.state === "merges");
  const mayApply = may("execution.changeSet.apply");
  return (
    <header className={styles.header}>
      <div className={styles.headline}>
        <h2 className={styles.heading}>{title}</h2>
        <span className={styles.state} data-tone={tone}>
          <Icon name={icon} />
          {label}
        </span>
        <div className={styles.tools}>
          <CommandIconButton command="changes.previousHunk" />
          <CommandIconButton command="changes.nextHunk" />
          <CommandIconButton command="changes.acceptAll" />
          <CommandIconButton command="changes.rejectAll" />
          <CommandIconButton command="changes.undoDecision" />
          <CommandIconButton command="changes.edit" />
          <CommandIconButton command="changes.layout" />
          <CommandIconButton command="changes.validate" />
          <CommandIconButton command="changes.discard" />
          {open && mayApply ? (
            <Button variant="primary" icon="check" pending={control.pending} disabled={accepted === 0} onClick={() => control.apply(merges ? "merge" : "refuse", "require")}>
              {accepted === 0 ? "Apply" : `${merges ? "Merge and apply" : "Apply"} ${accepted} of ${total}`}
            </Button>
          ) : null}
          {state === "applied" && mayApply ? (
            <Button icon="discard" pending={control.pending} onClick={() => control.undo("refuse")}>
              Undo
            </Button>
          ) : null}
        </div>
      </div>
      {reason === "" ? null : <p className={styles.reason}>{reason}</p>}
      <div className={styles.facts}>
        <span>{plural(counts.files, "file", "files")}</span>
        <span className={styles.lines}>
          <span data-tone="added">+{counts.additions}</span> <span data-tone="removed">−{counts.deletions}</span>
        </span>
        <span role="status">{undecided === 0 ? "Everything is decided" : `${undecided} of ${total} undecided`}</span>
        <span>{`By ${origin.name}`}</span>
        <Checks change={change} />
      </div>
      <Progress change={change} control={control} />
      <Trouble change={change} control={control} mayApply={mayApply} />
      {stale.length > 0 && open ? (
        <div className={styles.notice}>
          <Notice tone="warning" title={`${plural(stale.length, "file has", "files have")} changed since this was made`}>
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
  skipped: { icon: "circle-slash", label: "skipped", tone: "plain" },
  broken: { icon: "warning", label: "could not be checked", tone: "warning" },
};

function Checks({ change: { validation } }: { readonly change: ChangeSet }) {
  return (
    <ul className={styles.checks} aria-label={validation.outdated ? "Checks, before the last decisions" : "Checks"}>
      {validation.stages.map(({ name, state, note, messages }) => {
        const { icon, label, tone } = STAGE_STATES[state];
        const errors = messages.filter(({ severity, fileId }) => severity === "error" && fileId !== null).length;
        return (
          <li key={name} className={styles.check} data-tone={tone} data-outdated={validation.outdated || undefined} title={note === "" ? undefined : note}>
            <Icon name={icon} />
            {`${STAGES[name]} ${errors > 0 ? plural(errors, "error", "errors") : label}`}
          </li>
        );
      })}
    </ul>
  );
}

/** How far the job is that the change waits for; whoever started it can end it. */
function Progress({ change, control }: { readonly change: ChangeSet; readonly control: ReviewControl }) {
  const active = change.state === "applying" || change.state === "validating";
  const job = useOwnJob(active && change.job ? { queue: change.job.name, id: change.job.id } : null);
  if (change.state !== "applying") return null;
  const total = job?.progress?.total ?? 0;
  return (
    <div className={styles.progress} role="status">
      <progress aria-label="Progress" {...(total > 0 ? { value: job?.progress?.done ?? 0, max: total } : {})} />
      <span>{total > 0 ? `${job?.progress?.done ?? 0} of ${plural(total, "file", "files")}` : "Checking what is accepted"}</span>
      {job && change.job ? <IconButton icon="stop-circle" label="Cancel" onClick={() => change.job && control.cancel(change.job)} /> : null}
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
