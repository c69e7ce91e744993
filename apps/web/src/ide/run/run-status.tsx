"use client";

import type { RunId } from "@coder/api/execution";
import { useTRPCClient } from "#api/trpc.tsx";
import { useCommands } from "#commands/registry.tsx";
import { jobKey } from "#features/own-jobs/OwnJobs.ts";
import { useTellsOf } from "#features/own-jobs/own-jobs-provider.tsx";
import { useSession } from "#features/session/session.tsx";
import { useStore } from "#lib/store.ts";
import { StatusItem } from "../frame/status-item.tsx";
import { useIde } from "../ide-context.ts";
import { pickOne } from "../quick-open/pick-one.ts";
import { useRunActions, useRuns, useRunUnderWay, useShownRun } from "./use-runs.ts";

/** What runs at the moment and how far it is; and the commands of runs, which are there while the view is not. */
export function RunStatus() {
  const { showRun } = useShownRun();
  const under = useRunUnderWay();
  useRunCommands(under?.run.id ?? null);
  useTellsOf(under?.run.job ? jobKey({ queue: under.run.job.name, id: under.run.job.id }) : null);
  if (!under) return null;
  const { run, progress } = under;
  const share = progress && progress.total > 0 ? ` ${progress.done} of ${progress.total}` : "";
  const name = run.target.kind === "install" ? "Installing" : run.command;
  return (
    <StatusItem
      icon="loading"
      label={`${run.command} runs${share}. Show the output`}
      onClick={() => showRun(run.id)}
    >
      {name}
      {share}
    </StatusItem>
  );
}

function useRunCommands(underWay: RunId | null): void {
  const ide = useIde();
  const client = useTRPCClient();
  const { may } = useSession();
  const { run, cancel } = useRunActions();
  const { data } = useRuns();
  const active = useStore(ide.activeEditor);
  const allowed = may("execution.run.start");
  const newest = data?.items[0] ?? null;
  const path = active?.document.path ?? null;
  const pick = async () => {
    const { folders } = await client.execution.listScripts.query({ projectId: ide.projectId });
    const all = folders.flatMap(({ folder, scripts }) => scripts.map(({ name, command }) => ({ value: JSON.stringify([folder, name]), label: folder === "" ? name : `${folder}: ${name}`, detail: command, folder, name })));
    const chosen = await pickOne("Script to run", all);
    const script = all.find(({ value }) => value === chosen);
    if (script) run({ kind: "script", folder: script.folder, name: script.name, args: [] });
  };
  useCommands([
    { id: "run.script", title: "Run a script", category: "Run", icon: "play", keys: "mod+alt+r", enabled: allowed, run: () => void pick() },
    { id: "run.file", title: "Run this file", category: "Run", icon: "play", keys: "mod+f5", enabled: allowed && path !== null && RUNNABLE.test(path), run: () => path !== null && run({ kind: "file", path, args: [] }) },
    { id: "run.again", title: "Run again", category: "Run", icon: "refresh", keys: "mod+shift+f5", enabled: allowed && newest !== null && underWay === null, run: () => newest && run(newest.target) },
    { id: "run.install", title: "Install dependencies", category: "Run", icon: "cloud-download", enabled: allowed && underWay === null, run: () => run({ kind: "install", folder: "" }) },
    { id: "run.cancel", title: "Cancel what runs", category: "Run", icon: "stop-circle", keys: "shift+f5", enabled: allowed && underWay !== null, run: () => underWay !== null && cancel(underWay) },
  ]);
}

const RUNNABLE = /\.([cm]?[jt]s|py|sh|bash)$/;
