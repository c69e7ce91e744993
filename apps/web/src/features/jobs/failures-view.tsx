"use client";

import type { Failure } from "@coder/api/dashboard";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Loaded } from "#api/loaded.tsx";
import { useSession } from "#features/session/session.tsx";
import { count, plural } from "#lib/time.ts";
import { Button, IconButton } from "#ui/button.tsx";
import { EmptyState } from "#ui/states.tsx";
import type { Column } from "#ui/table/column.ts";
import { DataTable } from "#ui/table/data-table.tsx";
import { TableBones } from "#ui/table/table-bones.tsx";
import textStyles from "#ui/text.module.css";
import { Time } from "#ui/values.tsx";
import { BulkDialog, type BulkWish } from "./bulk-dialog.tsx";
import { type JobFeed, useAfterChanges, useAskAnew } from "./job-feed.ts";
import type { JobsApi } from "./jobs-api.ts";
import styles from "./jobs.module.css";

interface FailuresViewProps {
  readonly api: JobsApi;
  readonly feed: JobFeed;
  /** Shows the jobs that failed for it. */
  readonly onShow: (failure: Failure) => void;
}

const rowId = ({ fingerprint }: Failure) => fingerprint;
const queuesText = ({ queues }: Failure) => queues.map(({ queue }) => queue).join(", ");

/** Failed jobs by why they failed: one line for each cause, and all of its jobs tried again in one step. */
export function FailuresView({ api, feed, onShow }: FailuresViewProps) {
  const { may } = useSession();
  const [wish, setWish] = useState<BulkWish | null>(null);
  const queryKey = ["jobs", api.scope, "failures"] as const;
  useAfterChanges(feed, 2_000, useAskAnew(queryKey));
  const query = useQuery({ queryKey, queryFn: ({ signal }) => api.failures.query({}, { signal }), refetchInterval: 15_000 });
  const maySteer = may(api.steer);
  const retry = ({ fingerprint }: Failure) => setWish({ action: "retry", target: { filter: { cause: fingerprint, states: ["failed"] } } });
  const columns: readonly Column<Failure>[] = [
    { id: "count", header: "Jobs", width: 72, narrow: 52, align: "end", text: (failure) => count(failure.count), sortBy: (failure) => failure.count, cell: (failure) => <span className={styles.figures}>{count(failure.count)}</span> },
    {
      id: "cause", header: "Cause", width: 420, minWidth: 160, grow: true, text: ({ cause }) => cause,
      cell: ({ cause, frame }) => (
        <span className={styles.cause} title={cause}>
          <span className={styles.causeText}>{cause}</span>
          <span className={styles.queue}>{frame ?? "Where in the code is not known"}</span>
        </span>
      ),
    },
    { id: "queues", header: "Queues", width: 260, from: 900, text: queuesText, cell: (failure) => <span className={textStyles.dim12} title={queuesText(failure)}>{queuesText(failure)}</span> },
    { id: "firstAt", header: "First", width: 116, from: 760, text: ({ firstAt }) => firstAt, cell: ({ firstAt }) => <Time at={firstAt} as="column" /> },
    { id: "lastAt", header: "Last", width: 116, narrow: 88, text: ({ lastAt }) => lastAt, cell: ({ lastAt }) => <Time at={lastAt} as="column" /> },
    {
      id: "actions", header: "Actions", width: maySteer ? 124 : 40, minWidth: 40, narrow: 40, plain: true, text: () => "",
      cell: (failure, focusable) =>
        maySteer ? (
          <>
            <span className={styles.wideOnly}><Button icon="refresh" tabIndex={focusable ? 0 : -1} onClick={() => retry(failure)}>Retry all</Button></span>
            <span className={styles.narrowOnly}><IconButton icon="refresh" label="Retry all" tabIndex={focusable ? 0 : -1} onClick={() => retry(failure)} /></span>
          </>
        ) : null,
    },
  ];
  return (
    <>
      <Loaded query={query} what="failures" skeleton={<TableBones columns={[50, 360, 220, 100, 100]} />}>
        {({ items, limited }) =>
          items.length === 0 ? (
            <EmptyState icon="pass" title="Nothing has failed">
              <p>Jobs that spend all their attempts are gathered here by cause, so that what broke once is tried again in one step.</p>
            </EmptyState>
          ) : (
            <div className={styles.table}>
              <DataTable label="Causes of failure" name="job-failures" rows={items} rowId={rowId} columns={columns} rowHeight={46} onOpen={onShow} footer={<span>{`${plural(items.length, "cause", "causes")}${limited ? ", rarer ones left out" : ""}`}</span>} />
            </div>
          )
        }
      </Loaded>
      {wish === null ? null : <BulkDialog api={api} wish={wish} onClose={() => setWish(null)} />}
    </>
  );
}
