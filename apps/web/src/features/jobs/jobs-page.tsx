"use client";

import type { JobFilter, JobScope } from "@coder/api/dashboard";
import { useCommands } from "#commands/registry.tsx";
import { useSession } from "#features/session/session.tsx";
import { useUrlParam } from "#lib/use-url-param.ts";
import { Select } from "#ui/field.tsx";
import { Notice } from "#ui/states.tsx";
import { formatFilter } from "#ui/table/filter.ts";
import { TabbedPage } from "#ui/tabs.tsx";
import { Time } from "#ui/values.tsx";
import { FailuresView } from "./failures-view.tsx";
import { useJobFeed } from "./job-feed.ts";
import { useJobsApi } from "./jobs-api.ts";
import { JobsTable } from "./jobs-table.tsx";
import styles from "./jobs.module.css";
import { Overview } from "./overview.tsx";
import { QueuesView } from "./queues-view.tsx";
import { useCounts, useQueues } from "./use-jobs.ts";

const VIEWS = ["jobs", "failures", "queues"] as const;
type View = (typeof VIEWS)[number];
const NO_QUESTION: JobFilter = {};

/** Everything that runs in the background: how it stands, why it failed, and what can be done about it. */
export function JobsPage() {
  const { may, organization } = useSession();
  const [scopeText, setScopeText] = useUrlParam("scope");
  const [viewText, setViewText] = useUrlParam("view");
  const [, setFilterText] = useUrlParam("q");
  const [, setOpenKey] = useUrlParam("job");
  const scopes: readonly { readonly value: JobScope; readonly label: string }[] = [
    ...(may("dashboard.job.read") && organization ? [{ value: "organization" as const, label: organization.name }] : []),
    { value: "own", label: "Your own" },
    ...(may("dashboard.system-job.read") ? [{ value: "system" as const, label: "The product's own" }] : []),
  ];
  const scope = scopes.find(({ value }) => value === scopeText)?.value ?? scopes[0]?.value ?? "own";
  const view: View = VIEWS.find((name) => name === viewText) ?? "jobs";
  const api = useJobsApi(scope);
  const feed = useJobFeed(api);
  const queues = useQueues(api, feed);

  const show = (next: View, filter?: { readonly key: string; readonly value: string }[]) => {
    setOpenKey(null, "push");
    if (filter) setFilterText(formatFilter({ terms: filter, text: "" }));
    setViewText(next === "jobs" ? null : next);
  };
  const setScope = (next: JobScope) => {
    setOpenKey(null, "push");
    setScopeText(next === scopes[0]?.value ? null : next);
  };
  useCommands([
    { id: "jobs.showJobs", title: "Show jobs", category: "Jobs", icon: "tasklist", run: () => show("jobs") },
    { id: "jobs.showFailures", title: "Show failures by cause", category: "Jobs", icon: "error", run: () => show("failures") },
    { id: "jobs.showQueues", title: "Show queues", category: "Jobs", icon: "inbox", run: () => show("queues") },
    ...scopes.map(({ value, label }) => ({ id: `jobs.scope.${value}`, title: `Show jobs of: ${label}`, category: "Jobs", icon: "filter" as const, enabled: value !== scope, run: () => setScope(value) })),
  ]);

  // The queues of the installation hold everybody's jobs; what is listed by cause is the product's own.
  const own = useCounts(api, feed, NO_QUESTION, scope === "system");
  const failed = scope === "system" ? own.data?.failed : queues.data?.items.reduce((sum, { counts }) => sum + counts.failed, 0);
  return (
    <TabbedPage
      title="Jobs"
      value={view}
      onChange={(next) => show(next)}
      tabs={[
        { value: "jobs", label: "Jobs" },
        { value: "failures", label: "Failures", count: failed === 0 ? undefined : failed },
        { value: "queues", label: "Queues" },
      ]}
      actions={
        scopes.length < 2 ? null : (
          <span className={styles.scope}>
            <Select aria-label="Whose jobs" value={scope} options={scopes} onChange={(event) => setScope(scopes.find(({ value }) => value === event.target.value)?.value ?? "own")} />
          </span>
        )
      }
    >
      <Overview
        api={api}
        queues={queues.data}
        // What it counts has deliveries among it.
        onShow={(what) => (what === "paused" || scope === "system" ? show("queues") : show("jobs", [{ key: "state", value: what }, { key: "kind", value: "all" }]))}
      />
      {queues.data?.behindSince ? (
        <div className={styles.notice}>
          <Notice tone="warning" role="status" title="The list stands still">
            <p>
              Nothing has kept it up to date since <Time at={queues.data.behindSince} />: no worker process is running. What is shown of one open job is still as it is now. The health page says more.
            </p>
          </Notice>
        </div>
      ) : null}
      {view === "jobs" ? <JobsTable key={scope} api={api} feed={feed} queues={queues.data} /> : null}
      {view === "failures" ? <FailuresView key={scope} api={api} feed={feed} onShow={({ fingerprint }) => show("jobs", [{ key: "state", value: "failed" }, { key: "cause", value: fingerprint }])} /> : null}
      {view === "queues" ? <QueuesView key={scope} api={api} query={queues} onShow={({ queue }) => show("jobs", [{ key: "queue", value: queue }])} /> : null}
    </TabbedPage>
  );
}
