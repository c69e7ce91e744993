"use client";

import type { Checkpoint, Run, ScriptFolder } from "@coder/api/execution";
import { useState } from "react";
import { Loaded } from "#api/loaded.tsx";
import { useCommands } from "#commands/registry.tsx";
import { useSession } from "#features/session/session.tsx";
import { count, duration, plural } from "#lib/time.ts";
import { CountBadge } from "#ui/badge.tsx";
import { Button, IconButton } from "#ui/button.tsx";
import { Icon } from "#ui/icon.tsx";
import { Skeleton } from "#ui/skeleton.tsx";
import { EmptyState, Notice } from "#ui/states.tsx";
import { Time } from "#ui/values.tsx";
import { RestoreDialog } from "./restore-dialog.tsx";
import styles from "./run.module.css";
import { changesText, isUnderWay, measuresOf, outcomeOf, RUN_STATES } from "./run-words.ts";
import { useCheckpoints, useRunActions, useRuns, useScripts, useShownRun } from "./use-runs.ts";

/** What the project can run, what ran, and the states of the files that can be brought back. */
export function RunView() {
  const scripts = useScripts();
  const actions = useRunActions();
  const { may } = useSession();
  const mayStart = may("execution.run.start");
  useCommands([
    { id: "run.refresh", title: "Look for scripts again", category: "Run", icon: "refresh", run: () => void scripts.refetch() },
    { id: "run.checkpoint", title: "Keep the state of the files", category: "Run", icon: "archive", enabled: may("execution.checkpoint.create") && !actions.keeping, run: actions.keep },
  ]);
  return (
    <Loaded query={scripts} what="the scripts" skeleton={<Bones />}>
      {({ folders }) => (
        <div className={styles.view}>
          {folders.length === 0 ? (
            <EmptyState icon="play" title="Nothing to run yet">
              <p>Scripts of a package.json appear here. A JavaScript, TypeScript, Python or shell file runs with “Run this file”.</p>
            </EmptyState>
          ) : null}
          {folders.filter(({ dependencies }) => dependencies === "missing").slice(0, 1).map((folder) => (
            <Missing key={folder.folder} folder={folder} />
          ))}
          {folders.map((folder) => (
            <Section key={folder.folder} title={folder.folder === "" ? folder.name || "Scripts" : folder.folder} total={folder.scripts.length}>
              {folder.scripts.map(({ name, command }) => (
                <li key={name} className={styles.row}>
                  <Icon name="terminal" className={styles.icon} />
                  <span className={styles.name}>{name}</span>
                  <span className={styles.detail} title={command}>
                    {command}
                  </span>
                  {mayStart ? <IconButton icon="play" label={`Run ${name}`} onClick={() => actions.run({ kind: "script", folder: folder.folder, name, args: [] })} /> : null}
                </li>
              ))}
            </Section>
          ))}
          <Recent />
          <Kept />
        </div>
      )}
    </Loaded>
  );
}

function Missing({ folder: { folder, lockFile, packageManager } }: { readonly folder: ScriptFolder }) {
  const { run } = useRunActions();
  const { may } = useSession();
  const runs = useRuns().data?.items ?? [];
  const installing = runs.some((each) => each.target.kind === "install" && isUnderWay(each));
  const possible = lockFile !== null && packageManager === "npm";
  return (
    <div className={styles.notice}>
      <Notice tone="warning" title="Dependencies are missing">
        <p>{possible ? "What the lock file names is fetched from the registry, without running its scripts." : "Add a package-lock.json to install them here."}</p>
        {possible && may("execution.run.start") ? (
          <div className={styles.noticeAction}>
            <Button variant="primary" icon="cloud-download" pending={installing} onClick={() => run({ kind: "install", folder })}>
              {installing ? "Installing" : "Install dependencies"}
            </Button>
          </div>
        ) : null}
      </Notice>
    </div>
  );
}

function Recent() {
  const { data } = useRuns();
  const { shownId } = useShownRun();
  if (!data || data.items.length === 0) return null;
  return (
    <Section title="Recent runs" total={data.items.length}>
      {data.items.map((run, index) => (
        <RunLine key={run.id} run={run} selected={shownId === null ? index === 0 : shownId === run.id} />
      ))}
    </Section>
  );
}

function RunLine({ run, selected }: { readonly run: Run; readonly selected: boolean }) {
  const { showRun } = useShownRun();
  const { cancel, run: start } = useRunActions();
  const { may } = useSession();
  const { icon, tone } = RUN_STATES[run.state];
  return (
    <li className={styles.tall} data-selected={selected || undefined} data-run-state={run.state}>
      <button
        type="button"
        className={styles.open}
        title="Show the output"
        onClick={() => showRun(run.id)}
      >
        <span className={styles.head}>
          <Icon name={icon} className={styles.state} />
          <span className={styles.command}>{run.command}</span>
          <span className={styles.when}>
            <Time at={run.createdAt} />
          </span>
        </span>
        <span className={styles.facts} data-tone={tone}>
          <span>{outcomeOf(run)}</span>
          {run.durationMs === null ? null : <span title={measuresOf(run)}>{duration(run.durationMs)}</span>}
          {changesText(run.changes) === "" ? null : <span>{changesText(run.changes)}</span>}
        </span>
      </button>
      {may("execution.run.start") ? (
        isUnderWay(run) ? <IconButton icon="stop-circle" label={`Cancel ${run.command}`} onClick={() => cancel(run.id)} /> : <IconButton icon="refresh" label={`Run ${run.command} again`} onClick={() => start(run.target)} />
      ) : null}
    </li>
  );
}

function Kept() {
  const { data } = useCheckpoints();
  const { may } = useSession();
  const { undo, undoing } = useRunActions();
  const [chosen, setChosen] = useState<Checkpoint | null>(null);
  if (!data || data.items.length === 0) return null;
  const mayRestore = may("execution.checkpoint.restore");
  return (
    <Section title="Checkpoints" total={data.items.length}>
      {data.items.map((checkpoint) => (
        <li key={checkpoint.id} className={styles.tall}>
          <div className={styles.open}>
            <span className={styles.head}>
              <Icon name="history" className={styles.icon} />
              <span className={styles.command} title={checkpoint.reason}>
                {checkpoint.reason}
              </span>
            </span>
            <span className={styles.facts}>
              <Time at={checkpoint.createdAt} />
              <span>{plural(checkpoint.files, "file", "files")}</span>
              {checkpoint.changes && checkpoint.changes.total > 0 ? <span>{`${count(checkpoint.changes.total)} changed after it`}</span> : null}
            </span>
          </div>
          {mayRestore && checkpoint.cause === "restore" ? <IconButton icon="discard" label={`Undo the restore: ${checkpoint.reason}`} aria-disabled={undoing || undefined} onClick={() => undo(checkpoint.id)} /> : null}
          {mayRestore ? <IconButton icon="eye" label={`Preview the restore of ${checkpoint.reason}`} onClick={() => setChosen(checkpoint)} /> : null}
        </li>
      ))}
      {chosen ? <RestoreDialog checkpoint={chosen} onClose={() => setChosen(null)} /> : null}
    </Section>
  );
}

function Section({ title, total, children }: { readonly title: string; readonly total: number; readonly children: React.ReactNode }) {
  const [open, setOpen] = useState(true);
  return (
    <section aria-label={title}>
      <button type="button" className={styles.section} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? "chevron-down" : "chevron-right"} />
        <span className={styles.sectionTitle}>{title}</span>
        <CountBadge>{total}</CountBadge>
      </button>
      {open ? <ul aria-label={title}>{children}</ul> : null}
    </section>
  );
}

function Bones() {
  return (
    <div className={styles.bones}>
      {[60, 45, 70, 50].map((width) => (
        <Skeleton key={width} width={`${width}%`} height={14} />
      ))}
    </div>
  );
}
