"use client";

import type { ChainReport } from "@coder/api/logging";
import type { Problem } from "#api/problem.ts";
import { useDelayed } from "#lib/use-delayed.ts";
import { plural } from "#lib/time.ts";
import { IconButton } from "#ui/button.tsx";
import { Icon } from "#ui/icon.tsx";
import { InlineProblem } from "#ui/states.tsx";
import { CopyableId } from "#ui/values.tsx";
import styles from "./audit.module.css";

const REASONS = { altered: "was changed after it was written", missing: "is missing", relinked: "does not follow the one before it" };

interface ChainNoticeProps {
  readonly report: ChainReport | null;
  readonly problem: Problem | null;
  readonly pending: boolean;
  readonly onClose: () => void;
}

/** What a check of the log found. */
export function ChainNotice({ report, problem, pending, onClose }: ChainNoticeProps) {
  const late = useDelayed(pending);
  if (problem) {
    return (
      <div className={styles.notice}>
        <InlineProblem problem={problem} />
      </div>
    );
  }
  if (late) {
    return (
      <div className={styles.report} role="status">
        <Icon name="loading" /> Reading the whole log and computing each hash again
      </div>
    );
  }
  if (!report) return null;
  return (
    <div className={styles.report} data-tone={report.intact ? "success" : "error"} role={report.intact ? "status" : "alert"}>
      <Icon name={report.intact ? "verified-filled" : "error"} />
      <span>
        {report.brokenAt === null ? (
          report.checked === 0 ? (
            "The log is empty."
          ) : (
            `Complete and unaltered: ${plural(report.checked, "entry", "entries")}, number ${report.firstSequence} to ${report.lastSequence}.`
          )
        ) : (
          <strong>
            Entry {report.brokenAt.sequence} {REASONS[report.brokenAt.reason]}. Tell whoever runs this installation, and keep a copy of the database.
          </strong>
        )}
      </span>
      {report.head ? (
        <span className={styles.head}>
          Head <CopyableId value={report.head} what="the hash of the last entry" />
        </span>
      ) : null}
      <IconButton icon="close" label="Close the report" onClick={onClose} />
    </div>
  );
}
