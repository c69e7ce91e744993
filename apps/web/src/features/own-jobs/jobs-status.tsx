"use client";

import type { Job } from "@coder/api/dashboard";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import shell from "#shell/shell.module.css";
import { Icon, type IconName } from "#ui/icon.tsx";
import { Menu, MenuHeading, MenuItem, MenuSeparator } from "#ui/menu.tsx";
import { toast } from "#ui/toast.tsx";
import { commonProgress, isUnfinished, jobKey } from "./OwnJobs.ts";
import { useOwnJobs, useToldElsewhere } from "./own-jobs-provider.tsx";

const ICONS: Readonly<Record<Job["state"], IconName>> = {
  waiting: "watch", delayed: "watch", running: "loading", completed: "pass", failed: "error", cancelled: "circle-slash",
};

/** `45 %`; empty while nothing is known. */
function percent(share: number | null): string {
  return share === null ? "" : ` ${Math.floor(share * 100)} %`;
}

function wordOf(job: Job): string {
  if (job.state === "running") return job.progress && job.progress.total > 0 ? `${job.progress.done.toLocaleString("en")} of ${job.progress.total.toLocaleString("en")}` : "running";
  return job.state;
}

/** What is under way for this person, wherever they are in the product. Nothing while there is nothing. */
export function JobsStatus() {
  const told = useToldElsewhere();
  const jobs = useOwnJobs().filter((job) => !isUnfinished(job) || !told.has(jobKey(job)));
  const router = useRouter();
  const trpc = useTRPC();
  const cancel = useMutation(
    trpc.dashboard.cancelOwnJob.mutationOptions({
      onError: (error) => {
        const { message, remedy } = toProblem(error);
        toast({ kind: "error", title: message, detail: remedy });
      },
    }),
  );
  if (jobs.length === 0) return null;
  const active = jobs.filter(isUnfinished);
  const failed = jobs.filter(({ state }) => state === "failed").length;
  const [first] = active;
  const text = first ? `${active.length === 1 ? first.title : `${active.length} jobs`}${percent(commonProgress(active))}` : failed > 0 ? `${failed} failed` : "Jobs done";
  return (
    <Menu
      label="Your jobs"
      side="top"
      align="start"
      trigger={
        <button type="button" className={shell.statusItem} aria-label={`Your jobs: ${text}`} data-tone={active.length === 0 && failed > 0 ? "warning" : undefined}>
          <Icon name={active.length > 0 ? "loading" : failed > 0 ? "error" : "pass"} />
          <span className={shell.statusText}>{text}</span>
        </button>
      }
    >
      <MenuHeading>Your jobs</MenuHeading>
      {jobs.slice(0, 8).map((job) => (
        <MenuItem key={jobKey(job)} icon={ICONS[job.state]} onSelect={() => router.push(`/jobs?scope=own&job=${encodeURIComponent(jobKey(job))}`)}>
          {job.title}: {wordOf(job)}
        </MenuItem>
      ))}
      {active.length > 0 ? <MenuSeparator /> : null}
      {active.slice(0, 4).map((job) => (
        <MenuItem key={jobKey(job)} icon="stop-circle" onSelect={() => cancel.mutate({ queue: job.queue, id: job.id })}>
          Cancel: {job.title}
        </MenuItem>
      ))}
    </Menu>
  );
}
