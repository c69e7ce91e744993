import type { Job } from "@coder/api/dashboard";
import { count } from "#lib/time.ts";
import { useSecond } from "#lib/use-now.ts";
import { Progress } from "#ui/progress.tsx";
import textStyles from "#ui/text.module.css";
import styles from "./jobs.module.css";
import { shareOf, tookText } from "./words.ts";

/** How far a running job is, as a bar and in figures. Nothing while it does not tell. */
export function JobProgress({ job, wide = false }: { readonly job: Job; readonly wide?: boolean }) {
  const share = shareOf(job);
  const { progress } = job;
  if (share === null || progress === null) return job.state === "running" ? <span className={textStyles.dim12}>{wide ? "It does not tell how far it is" : ""}</span> : null;
  const text = `${count(progress.done)} of ${count(progress.total)}`;
  return (
    <span className={styles.progress}>
      <Progress className={styles.bar} label={`Progress of ${job.title}`} done={progress.done} total={progress.total} text={text} />
      <span className={styles.figures}>{`${Math.floor(share * 100)} %`}</span>
      {wide ? <span className={textStyles.dim12}>{text}</span> : null}
    </span>
  );
}

/** How long it took; of a running job, counted up. */
export function JobTook({ job, otherwise = "" }: { readonly job: Pick<Job, "state" | "startedAt" | "tookMs">; readonly otherwise?: string }) {
  return <span className={styles.figures}>{job.state === "running" ? <Running job={job} /> : tookText(job, 0) || otherwise}</span>;
}

function Running({ job }: { readonly job: Pick<Job, "state" | "startedAt" | "tookMs"> }) {
  return <>{tookText(job, useSecond())}</>;
}
