"use client";

import type { Index } from "@coder/api/embeddings";
import { bytes } from "#lib/size.ts";
import { relativeTime } from "#lib/time.ts";
import { useNow } from "#lib/use-now.ts";
import { Button, IconButton } from "#ui/button.tsx";
import { Icon } from "#ui/icon.tsx";
import { Progress } from "#ui/progress.tsx";
import { Notice } from "#ui/states.tsx";
import { lastRunText, skippedText } from "./hits.ts";
import styles from "./meaning.module.css";
import { isRunning, type useIndex } from "./use-index.ts";

interface IndexStateProps {
  readonly index: Index;
  readonly control: ReturnType<typeof useIndex>;
  readonly mayWrite: boolean;
}

/** What is indexed, how far a run is, and how to start or end one. */
export function IndexState({ index, control, mayWrite }: IndexStateProps) {
  const now = useNow();
  const { progress, cancel, start, starting } = control;
  const skipped = skippedText(index.skipped);
  if (isRunning(index)) {
    return (
      <div className={styles.index}>
        <div className={styles.indexLine} role="status">
          <Icon name="loading" />
          <span className={styles.indexText}>{progress && progress.total > 0 ? `Indexing: ${progress.done.toLocaleString("en")} of ${progress.total.toLocaleString("en")} files` : index.state === "queued" ? "Waiting for a worker" : "Looking for what changed"}</span>
          {cancel ? <IconButton icon="stop-circle" label="Cancel indexing" onClick={cancel} /> : null}
        </div>
        <Progress label="Indexing" done={progress?.done ?? 0} total={progress?.total ?? null} />
      </div>
    );
  }
  return (
    <div className={styles.index}>
      {index.problem ? (
        <Notice tone={index.state === "failed" ? "error" : "warning"} title={index.problem.message}>
          <p>{index.problem.remedy}</p>
        </Notice>
      ) : null}
      <Room usage={index.usage} />
      <div className={styles.indexLine}>
        <span className={styles.indexText} title={[...(skipped === "" ? [] : [`Not in it: ${skipped}`]), `The organization's indexes: ${roomText(index.usage)}`].join("\n")}>
          {index.state === "cancelled" ? "Cancelled. " : ""}
          {index.indexedAt === null ? "Nothing is indexed." : `${index.chunks.toLocaleString("en")} parts of ${index.files.toLocaleString("en")} files, ${relativeTime(index.indexedAt, now)}`}
        </span>
        {mayWrite && index.indexedAt !== null ? (
          <Button variant="quiet" icon="refresh" pending={starting} onClick={() => start(false)}>
            Update
          </Button>
        ) : null}
      </div>
      {index.indexedAt === null ? null : <p className={styles.lastRun}>{lastRunText(index)}</p>}
    </div>
  );
}

const NEARLY = 0.9;

/** How much of what the organization may have in its indexes is taken; nothing while there is plenty. */
function Room({ usage }: Pick<Index, "usage">) {
  const share = Math.max(usage.chunks.used / usage.chunks.limit, usage.bytes.used / usage.bytes.limit);
  if (share < NEARLY) return null;
  return (
    <Notice tone="warning" title={share < 1 ? "The organization's indexes are nearly full" : "The organization's indexes are full"}>
      <p>{roomText(usage)}. Remove the index of a project that nobody searches, or ask whoever runs the installation for more.</p>
    </Notice>
  );
}

function roomText({ chunks, bytes: { used, limit } }: Index["usage"]): string {
  return `${chunks.used.toLocaleString("en")} of ${chunks.limit.toLocaleString("en")} parts, ${bytes(used)} of ${bytes(limit)}`;
}
