"use client";

import type { Bulk, BulkPreview, JobAction, PreviewBulkInput } from "@coder/api/dashboard";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type Problem, toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import { useDelayed } from "#lib/use-delayed.ts";
import { count } from "#lib/time.ts";
import { useNow } from "#lib/use-now.ts";
import { Status } from "#ui/badge.tsx";
import { Button } from "#ui/button.tsx";
import { Dialog, DialogActions } from "#ui/dialog.tsx";
import { Icon } from "#ui/icon.tsx";
import { Progress } from "#ui/progress.tsx";
import { InlineProblem, Notice } from "#ui/states.tsx";
import textStyles from "#ui/text.module.css";
import { Time } from "#ui/values.tsx";
import styles from "./bulk-dialog.module.css";
import { jobKey } from "./job-filter.ts";
import type { JobsApi } from "./jobs-api.ts";
import { ACTIONS, jobsText, newsOf, STATE_ORDER, STATES } from "./words.ts";

export interface BulkWish {
  readonly action: JobAction;
  readonly target: Pick<PreviewBulkInput, "jobs" | "filter">;
}

interface BulkDialogProps {
  readonly api: JobsApi;
  readonly wish: BulkWish;
  readonly onClose: () => void;
}

/** First which jobs exactly, then what becomes of them. Closing it stops nothing: the work is a job like any other. */
export function BulkDialog({ api, wish: { action, target }, onClose }: BulkDialogProps) {
  const [preview, setPreview] = useState<BulkPreview | null>(null);
  const [bulk, setBulk] = useState<Bulk | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [pending, setPending] = useState(false);
  const late = useDelayed(preview === null && problem === null);
  useEffect(() => {
    const left = new AbortController();
    api.previewBulk.mutate({ action, ...target }, { signal: left.signal }).then(
      (found) => left.signal.aborted || setPreview(found),
      (error: unknown) => left.signal.aborted || setProblem(toProblem(error)),
    );
    return () => left.abort();
  }, [api, action, target]);

  const run = async () => {
    if (!preview) return;
    setPending(true);
    setProblem(null);
    try {
      setBulk(await api.runBulk.mutate({ token: preview.token }));
    } catch (error) {
      setProblem(toProblem(error));
    } finally {
      setPending(false);
    }
  };
  const { verb } = ACTIONS[action];
  return (
    <Dialog open onClose={onClose} title={preview ? `${verb} ${jobsText(preview.count)}` : `${verb} jobs`}>
      {bulk ? (
        <BulkProgress started={bulk} scope={api.scope} onClose={onClose} />
      ) : (
        <>
          {late ? <p role="status" className={styles.late}><Icon name="loading" /> Looking which jobs these are</p> : null}
          {preview ? <Preview preview={preview} /> : null}
          {problem ? <InlineProblem problem={problem} /> : null}
          <DialogActions>
            <Button onClick={onClose}>{preview ? "Change nothing" : "Close"}</Button>
            {preview ? (
              <Button variant={action === "retry" ? "primary" : "danger"} icon={ACTIONS[action].icon} pending={pending} onClick={() => void run()}>
                {`${verb} ${jobsText(preview.count)}`}
              </Button>
            ) : null}
          </DialogActions>
        </>
      )}
    </Dialog>
  );
}

const CONSEQUENCES: Readonly<Record<JobAction, { readonly one: string; readonly many: string }>> = {
  cancel: { one: "It stops within two seconds, or never starts. It can be retried.", many: "Running jobs stop within two seconds, waiting ones never start. They can be retried." },
  retry: { one: "It starts afresh, with all its attempts.", many: "They start afresh, with all their attempts." },
  remove: { one: "It is forgotten with its payload, log and error. This cannot be undone.", many: "They are forgotten with their payload, log and error. This cannot be undone." },
};

const LEFT_OUT: Readonly<Record<JobAction, string>> = {
  cancel: "what has ended cannot be cancelled",
  retry: "only failed and cancelled jobs can be retried, as long as their queue has them",
  remove: "a running job cannot be removed, and what its queue has forgotten goes by itself",
};

function Preview({ preview: { action, byState, leftOut, limited, sample, count: total } }: { readonly preview: BulkPreview }) {
  const now = useNow();
  return (
    <div className={styles.preview}>
      <p>{CONSEQUENCES[action][total === 1 ? "one" : "many"]} A job that changes before its turn comes is left alone.</p>
      <ul className={styles.states} aria-label="By state">
        {STATE_ORDER.filter((state) => byState[state] > 0).map((state) => (
          <li key={state}>
            <Status tone={STATES[state].tone} icon={STATES[state].icon}>{`${count(byState[state])} ${STATES[state].text.toLowerCase()}`}</Status>
          </li>
        ))}
      </ul>
      {leftOut > 0 ? <p className={textStyles.dim13}>{`${jobsText(leftOut)} of those you chose ${leftOut === 1 ? "is" : "are"} left out: ${LEFT_OUT[action]}.`}</p> : null}
      {limited ? <Notice tone="warning" title={`More than ${count(total)} jobs match`}><p>These are the newest. Do it again for the rest.</p></Notice> : null}
      <div className={styles.sample}>
        <div className={styles.sampleHead}>{total > sample.length ? `The newest ${sample.length}` : "Which"}</div>
        <ul>
          {sample.map((job) => (
            <li key={jobKey(job)}>
              <Icon name={STATES[job.state].icon} label={STATES[job.state].text} />
              <span className={styles.sampleTitle}>{job.title} <span className={styles.sampleNews} title={newsOf(job, now)}>{newsOf(job, now)}</span></span>
              <span className={textStyles.dim13}><Time at={job.enqueuedAt} as="column" /></span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

const ASK_EVERY_MS = 500;

function BulkProgress({ started, scope, onClose }: { readonly started: Bulk; readonly scope: JobsApi["scope"]; readonly onClose: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const query = useQuery(trpc.dashboard.getBulk.queryOptions({ id: started.id }, { refetchInterval: ({ state }) => (state.data && state.data.state !== "running" ? false : ASK_EVERY_MS), staleTime: 0 }));
  const bulk = query.data ?? started;
  const ended = bulk.state !== "running";
  // It is the person's own job, whoever's jobs it changes.
  const stop = useMutation(trpc.dashboard.cancelOwnJob.mutationOptions({ onSuccess: () => void query.refetch() }));
  useEffect(() => {
    if (ended) void queryClient.invalidateQueries({ queryKey: ["jobs", scope] });
  }, [ended, queryClient, scope]);
  const failed = bulk.failed.reduce((sum, entry) => sum + entry.count, 0);
  const dealt = bulk.changed + bulk.skipped + failed;
  const { done } = ACTIONS[bulk.action];
  return (
    <div className={styles.preview}>
      <Progress label="Progress" done={bulk.count === 0 ? 1 : dealt} total={Math.max(1, bulk.count)} text={`${count(dealt)} of ${count(bulk.count)}`} />
      <p role="status">
        {bulk.state === "stopped" ? "Stopped: " : ended ? "" : "Under way: "}
        {`${count(bulk.changed)} of ${jobsText(bulk.count)} ${done}`}
        {bulk.skipped > 0 ? `, ${count(bulk.skipped)} left alone because they had changed` : ""}
        {failed > 0 ? `, ${count(failed)} could not be` : ""}.
      </p>
      {bulk.failed.length > 0 ? (
        <ul className={styles.failed}>
          {bulk.failed.map((entry) => (
            <li key={entry.code}>
              <code>{entry.code}</code> {jobsText(entry.count)}
            </li>
          ))}
        </ul>
      ) : null}
      {query.error ? <InlineProblem problem={toProblem(query.error)} onRetry={() => void query.refetch()} /> : null}
      {stop.error && !ended ? <InlineProblem problem={toProblem(stop.error)} /> : null}
      <DialogActions>
        {!ended && bulk.job !== null ? <Button icon="stop-circle" pending={stop.isPending || stop.isSuccess} onClick={() => bulk.job && stop.mutate(bulk.job)}>Stop</Button> : null}
        <Button variant={ended ? "primary" : "secondary"} onClick={onClose}>{ended ? "Done" : "Let it go on"}</Button>
      </DialogActions>
    </div>
  );
}
