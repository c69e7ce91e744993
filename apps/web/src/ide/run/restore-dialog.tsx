"use client";

import type { Checkpoint, Paths } from "@coder/api/execution";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Loaded } from "#api/loaded.tsx";
import { toProblem } from "#api/problem.ts";
import { useTRPC, useTRPCClient } from "#api/trpc.tsx";
import { count } from "#lib/time.ts";
import { CountBadge } from "#ui/badge.tsx";
import { Button } from "#ui/button.tsx";
import { Dialog, DialogActions } from "#ui/dialog.tsx";
import { Icon, type IconName } from "#ui/icon.tsx";
import { Skeleton } from "#ui/skeleton.tsx";
import { InlineProblem } from "#ui/states.tsx";
import { toast } from "#ui/toast.tsx";
import styles from "./run.module.css";
import { useRunActions } from "./use-runs.ts";

const SHOWN = 12;

/** What a restore would change, and the restore. Nothing else is done than what is shown here. */
export function RestoreDialog({ checkpoint, onClose }: { readonly checkpoint: Checkpoint; readonly onClose: () => void }) {
  const known = checkpoint.changes !== null;
  const [all, setAll] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const client = useTRPCClient();
  const trpc = useTRPC();
  const { renew, undo } = useRunActions();
  const input = { id: checkpoint.id, scope: all || !known ? ("all" as const) : ("work" as const), chosen: [...chosen] };
  const preview = useQuery({ queryKey: ["execution", "preview", input], queryFn: () => client.execution.previewRestore.mutate(input), gcTime: 0, staleTime: 0, refetchOnWindowFocus: false });
  const restore = useMutation(trpc.execution.restoreCheckpoint.mutationOptions({ onSettled: renew }));
  const go = (fingerprint: string) =>
    restore.mutate(
      { ...input, fingerprint },
      {
        onSuccess: ({ restored, blocked, undo: before }) => {
          onClose();
          toast({ kind: "success", title: `${count(restored)} restored${blocked.total > 0 ? `, ${count(blocked.total)} left as they are` : ""}`, action: { label: "Undo", run: () => undo(before.id) } });
        },
        onError: (error) => {
          if (toProblem(error).code === "preview_outdated") void preview.refetch();
        },
      },
    );
  return (
    <Dialog open onClose={onClose} title="Restore files" description={checkpoint.reason}>
      <div className={styles.restore}>
        {known ? (
          <label className={styles.check}>
            <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} /> Every file, also what was edited later
          </label>
        ) : null}
        <Loaded query={preview} what="the preview" skeleton={<Skeleton width="100%" height={120} />}>
          {(plan) => {
            const total = plan.create.total + plan.change.total + plan.delete.total;
            return (
              <>
                {total === 0 ? <p className={styles.nothing}>{plan.conflicts.total + plan.kept.total === 0 ? "The files are as they were." : "Nothing is restored: the files were edited since."}</p> : null}
                <div className={styles.lists}>
                  <Group icon="edit" title="Change back" paths={plan.change} />
                  <Group icon="add" title="Bring back" paths={plan.create} />
                  <Group icon="trash" title="Delete" paths={plan.delete} />
                  {plan.conflicts.total > 0 || chosen.size > 0 ? (
                    <Group icon="warning" title="Edited since, left unless chosen" paths={{ total: plan.conflicts.total + chosen.size, paths: [...new Set([...chosen, ...plan.conflicts.paths])] }}
                      render={(path) => (
                        <label className={styles.check}>
                          <input type="checkbox" checked={chosen.has(path)} onChange={(event) => setChosen(new Set(event.target.checked ? [...chosen, path] : [...chosen].filter((other) => other !== path)))} /> {path}
                        </label>
                      )}
                    />
                  ) : null}
                  <Group icon="history" title="Changed later, left as they are" paths={plan.kept} />
                  <Group icon="lock" title="Never restored" paths={plan.excluded} />
                </div>
                {restore.error ? <InlineProblem problem={toProblem(restore.error)} /> : null}
                <DialogActions>
                  <Button onClick={onClose}>Cancel</Button>
                  <Button variant="primary" pending={restore.isPending} disabled={total === 0 || preview.isFetching} onClick={() => go(plan.fingerprint)}>
                    {total === 0 ? "Restore" : `Restore ${count(total)}`}
                  </Button>
                </DialogActions>
              </>
            );
          }}
        </Loaded>
      </div>
    </Dialog>
  );
}

function Group({ icon, title, paths: { total, paths }, render }: { readonly icon: IconName; readonly title: string; readonly paths: Paths; readonly render?: (path: string) => React.ReactNode }) {
  if (total === 0) return null;
  const shown = render ? paths : paths.slice(0, SHOWN);
  return (
    <section aria-label={title}>
      <h3 className={styles.groupTitle}>
        <Icon name={icon} /> {title} <CountBadge>{count(total)}</CountBadge>
      </h3>
      <ul className={styles.paths}>
        {shown.map((path) => (
          <li key={path}>{render ? render(path) : path}</li>
        ))}
        {total > shown.length ? <li className={styles.more}>and {count(total - shown.length)} more</li> : null}
      </ul>
    </section>
  );
}
