"use client";

import type { Job, JobAction, JobFilter, JobState, Queues } from "@coder/api/dashboard";
import { type ReactNode, useCallback, useMemo, useRef, useState } from "react";
import { Loaded } from "#api/loaded.tsx";
import { useCommands } from "#commands/registry.tsx";
import { useMembers, useNames } from "#features/people/use-people.ts";
import { useSession } from "#features/session/session.tsx";
import { count, plural } from "#lib/time.ts";
import { useTimeZone } from "#lib/time-zone.ts";
import { useUrlParam } from "#lib/use-url-param.ts";
import { Button } from "#ui/button.tsx";
import { Confirm } from "#ui/dialog.tsx";
import { Icon } from "#ui/icon.tsx";
import { Menu, MenuItem } from "#ui/menu.tsx";
import { Split, SplitMain, Toolbar } from "#ui/page.tsx";
import { EmptyState } from "#ui/states.tsx";
import type { Sort } from "#ui/table/column.ts";
import { DataTable } from "#ui/table/data-table.tsx";
import { FilterField } from "#ui/table/filter-field.tsx";
import { type Filter, type FilterTerm, formatFilter, NO_FILTER, parseFilter, valuesOf } from "#ui/table/filter.ts";
import { TableBones } from "#ui/table/table-bones.tsx";
import { BulkDialog, type BulkWish } from "./bulk-dialog.tsx";
import type { JobFeed } from "./job-feed.ts";
import { jobFilterKeys, jobKey, type JobOrder, questionOf, refOf } from "./job-filter.ts";
import { useJobUsage } from "./job-limits.tsx";
import { JobSheet, useJobDetails } from "./job-sheet.tsx";
import { useJobColumns } from "./job-columns.tsx";
import type { JobsApi } from "./jobs-api.ts";
import styles from "./jobs.module.css";
import { useNarrow } from "./use-narrow.ts";
import { useJobActions } from "./use-job-actions.ts";
import { useCounts, useJobs } from "./use-jobs.ts";
import { ACTIONS, jobsText, STATE_ORDER, STATES } from "./words.ts";

interface JobsTableProps {
  readonly api: JobsApi;
  readonly feed: JobFeed;
  readonly queues: Queues | undefined;
}

const NEWEST: JobOrder = { sort: "enqueuedAt", direction: "desc" };
const SORTED = ["enqueuedAt", "changedAt", "tookMs"] as const;
const MOST_CHOSEN = 1_000;

function orderOf(text: string | null): JobOrder {
  const [name, direction] = (text ?? "").split(".");
  const sort = SORTED.find((known) => known === name);
  return sort === undefined ? NEWEST : { sort, direction: direction === "asc" ? "asc" : "desc" };
}

export function JobsTable({ api, feed, queues }: JobsTableProps) {
  const { user, may } = useSession();
  const zone = useTimeZone();
  const names = useNames();
  const { data: members = [] } = useMembers();
  const [filterText, setFilterText] = useUrlParam("q");
  const [openKey, setOpenKey] = useUrlParam("job");
  const [sortText, setSortText] = useUrlParam("sort");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [wish, setWish] = useState<BulkWish | null>(null);
  const [removing, setRemoving] = useState<Job | null>(null);
  const table = useRef<HTMLDivElement>(null);
  const narrow = useNarrow();
  const act = useJobActions(api);
  const maySteer = may(api.steer);

  const keys = useMemo(() => jobFilterKeys(api.scope === "organization" ? members : [], queues?.items ?? []), [api.scope, members, queues?.items]);
  const filter = useMemo(() => parseFilter(filterText ?? "", jobFilterKeys([], [])), [filterText]);
  const question = useMemo(() => questionOf(filter, members, user.id, zone), [filter, members, user.id, zone]);
  const order = useMemo(() => orderOf(sortText), [sortText]);
  const held = useMemo(() => new Set([...chosen, ...(openKey === null ? [] : [openKey])]), [chosen, openKey]);
  const { jobs, pages } = useJobs(api, feed, question, order, held);
  const counts = useCounts(api, feed, question);
  const deliveries = useCounts(api, feed, { ...question, kinds: ["events"] }, api.scope !== "own").data;
  const details = useJobDetails(api, feed, openKey === null ? null : refOf(openKey));

  const setFilter = useCallback((next: Filter) => setFilterText(formatFilter(next)), [setFilterText]);
  const onAction = useCallback((action: JobAction, job: Job) => (action === "remove" ? setRemoving(job) : void act(action, job)), [act]);
  const columns = useJobColumns({ names, onAction: maySteer ? onAction : null });
  const close = () => {
    setOpenKey(null);
    table.current?.querySelector<HTMLElement>("[role=grid]")?.focus();
  };
  const open = details.data;
  const can = (action: JobAction) => maySteer && openKey !== null && open !== undefined && jobKey(open) === openKey && open.actions.includes(action);
  useCommands([
    ...(["cancel", "retry", "remove"] as const).map((action) => ({
      id: `jobs.${action}`, title: `${ACTIONS[action].verb} the open job`, category: "Jobs", icon: ACTIONS[action].icon, enabled: can(action), run: () => open && onAction(action, open),
    })),
    ...(["cancel", "retry", "remove"] as const).map((action) => ({
      id: `jobs.${action}All`, title: `${ACTIONS[action].verb} all jobs that match`, category: "Jobs", icon: ACTIONS[action].icon, enabled: maySteer, run: () => setWish({ action, target: { filter: question } }),
    })),
  ]);

  const total = counts.data ? STATE_ORDER.reduce((sum, state) => sum + (question.states?.includes(state) ?? true ? (counts.data[state] ?? 0) : 0), 0) : null;
  const more = pages.hasNextPage && !pages.isFetchingNextPage ? () => void pages.fetchNextPage() : undefined;
  const filtered = filter.terms.length > 0 || filter.text !== "";
  return (
    <Split>
      <SplitMain>
        <StateButtons filter={filter} counts={counts.data} onChange={setFilter}>
          {deliveries ? <Deliveries filter={filter} question={question} counts={deliveries} onChange={setFilter} /> : null}
        </StateButtons>
        <Toolbar note={maySteer && jobs.length > 0 ? <AllMenu total={total} onWish={(action) => setWish({ action, target: { filter: question } })} /> : null}>
          <FilterField label="Filter jobs" placeholder="Filter by text, or state:failed  queue:…  user:me" keys={keys} value={filter} onChange={setFilter} />
        </Toolbar>
        <Loaded query={pages} what="jobs" skeleton={<TableBones columns={[90, 260, 200, 120, 70, 90]} rows={12} />}>
          {() =>
            jobs.length === 0 ? (
              <Nothing filtered={filtered} scope={api.scope} onClear={() => setFilter(NO_FILTER)} />
            ) : (
              <div ref={table} className={styles.table}>
                <DataTable
                  label="Jobs"
                  name="jobs"
                  rows={jobs}
                  rowId={jobKey}
                  columns={columns}
                  rowHeight={narrow ? 44 : 30}
                  sort={sortOf(sortText, order)}
                  onSort={(sort) => setSortText(sort === null ? null : `${sort.column}.${sort.direction === "ascending" ? "asc" : "desc"}`)}
                  openId={openKey}
                  onOpen={(job) => setOpenKey(jobKey(job), openKey === null ? "push" : "replace")}
                  onClose={close}
                  onSelect={setChosen}
                  onEnd={more}
                  {...(maySteer ? { bulk: (rows: readonly Job[]) => <BulkButtons rows={rows} onWish={(action) => setWish({ action, target: { jobs: rows.slice(0, MOST_CHOSEN).map(({ queue, id }) => ({ queue, id })) } })} /> } : {})}
                  footer={<span role="status">{pages.isFetchingNextPage ? "Reading more" : total === null ? plural(jobs.length, "job", "jobs") : `${count(Math.min(jobs.length, total))} of ${jobsText(total)}`}</span>}
                />
              </div>
            )
          }
        </Loaded>
      </SplitMain>
      {openKey === null ? null : <JobSheet api={api} feed={feed} query={details} names={names} onClose={close} onFilter={(term) => setFilter(withTerm(filter, term))} />}
      {wish === null ? null : <BulkDialog api={api} wish={wish} onClose={() => setWish(null)} />}
      <Confirm
        open={removing !== null}
        onClose={() => setRemoving(null)}
        title={`Remove ${removing?.title ?? ""}?`}
        consequence={<p>The job is forgotten with its payload, log and error. This cannot be undone.</p>}
        action="Remove"
        onConfirm={async () => {
          if (!removing) return;
          if (openKey === jobKey(removing)) close();
          await act("remove", removing);
        }}
      />
    </Split>
  );
}

/** The order that was asked for shows in the header; the one that is there anyway does not. */
function sortOf(text: string | null, { sort, direction }: JobOrder): Sort | null {
  return text === null ? null : { column: sort, direction: direction === "asc" ? "ascending" : "descending" };
}

/** One term of that kind, in place of others. */
function withTerm(filter: Filter, term: FilterTerm): Filter {
  return { ...filter, terms: [...filter.terms.filter(({ key }) => key !== term.key), term] };
}

interface StateButtonsProps {
  readonly filter: Filter;
  readonly counts: Readonly<Partial<Record<JobState, number>>> | undefined;
  readonly onChange: (filter: Filter) => void;
  readonly children?: ReactNode;
}

/** The states as a filter that is always at hand. Each says how many there are, of what else is asked for. */
function StateButtons({ filter, counts, onChange, children }: StateButtonsProps) {
  const chosen = valuesOf(filter, "state");
  const others = filter.terms.filter(({ key }) => key !== "state");
  const all = counts ? STATE_ORDER.reduce((sum, state) => sum + (counts[state] ?? 0), 0) : undefined;
  return (
    <div className={styles.states} role="group" aria-label="State">
      <button type="button" className={styles.stateButton} aria-pressed={chosen.length === 0} onClick={() => onChange({ ...filter, terms: others })}>
        All <span className={styles.stateCount}>{all === undefined ? "" : count(all)}</span>
      </button>
      {STATE_ORDER.map((state) => {
        const pressed = chosen.length === 1 && chosen[0] === state;
        return (
          <button key={state} type="button" className={styles.stateButton} aria-pressed={pressed} title={STATES[state].help} onClick={() => onChange({ ...filter, terms: pressed ? others : [...others, { key: "state", value: state }] })}>
            <Icon name={STATES[state].icon} />
            {STATES[state].text} <span className={styles.stateCount}>{counts ? count(counts[state] ?? 0) : ""}</span>
          </button>
        );
      })}
      {children}
    </div>
  );
}

interface DeliveriesProps {
  readonly filter: Filter;
  readonly question: JobFilter;
  /** Of deliveries alone, by state. */
  readonly counts: Readonly<Record<JobState, number>>;
  readonly onChange: (filter: Filter) => void;
}

/** How many deliveries of events match besides and are left out, and the way to have them in the list. */
function Deliveries({ filter, question: { states, kinds }, counts, onChange }: DeliveriesProps) {
  const others = { ...filter, terms: filter.terms.filter(({ key }) => key !== "kind") };
  const hidden = kinds !== undefined && !kinds.includes("events");
  const matching = STATE_ORDER.reduce((sum, state) => sum + (states?.includes(state) ?? true ? counts[state] : 0), 0);
  const failed = states?.includes("failed") ?? true ? counts.failed : 0;
  if (!hidden && others.terms.length === filter.terms.length) return null;
  if (hidden && matching === 0) return null;
  return (
    <button
      type="button"
      className={styles.deliveries}
      data-tone={hidden && failed > 0 ? "error" : undefined}
      title="What happens in one part of the product is delivered to the parts that need to know. Deliveries are jobs of their own."
      onClick={() => onChange(hidden ? { ...others, terms: [...others.terms, { key: "kind", value: "all" }] } : others)}
    >
      <Icon name={hidden ? "eye" : "eye-closed"} />
      {hidden ? `${count(matching)} ${matching === 1 ? "delivery" : "deliveries"} hidden${failed > 0 ? `, ${count(failed)} failed` : ""}` : "Hide deliveries"}
    </button>
  );
}

function AllMenu({ total, onWish }: { readonly total: number | null; readonly onWish: (action: JobAction) => void }) {
  return (
    <Menu
      label="All that match"
      align="end"
      trigger={
        <button type="button" className={styles.allButton} aria-label={total === null ? "All that match" : `All ${count(total)} that match`}>
          <Icon name="check-all" />
          <span>{total === null ? "All that match" : `All ${count(total)}`}</span>
          <Icon name="chevron-down" />
        </button>
      }
    >
      {(["retry", "cancel", "remove"] as const).map((action) => (
        <MenuItem key={action} icon={ACTIONS[action].icon} onSelect={() => onWish(action)}>
          {`${ACTIONS[action].verb} all that match…`}
        </MenuItem>
      ))}
    </Menu>
  );
}

function BulkButtons({ rows, onWish }: { readonly rows: readonly Job[]; readonly onWish: (action: JobAction) => void }) {
  const any = (states: readonly JobState[]) => rows.some(({ state }) => states.includes(state));
  return (
    <>
      {any(["failed", "cancelled"]) ? <Button variant="quiet" icon={ACTIONS.retry.icon} onClick={() => onWish("retry")}>Retry</Button> : null}
      {any(["waiting", "delayed", "running"]) ? <Button variant="quiet" icon={ACTIONS.cancel.icon} onClick={() => onWish("cancel")}>Cancel</Button> : null}
      {any(["waiting", "delayed", "completed", "failed", "cancelled"]) ? <Button variant="quiet" icon={ACTIONS.remove.icon} onClick={() => onWish("remove")}>Remove</Button> : null}
    </>
  );
}

function Nothing({ filtered, scope, onClear }: { readonly filtered: boolean; readonly scope: JobsApi["scope"]; readonly onClear: () => void }) {
  const { data: usage } = useJobUsage();
  if (filtered) {
    return (
      <EmptyState icon="search" title="No job matches" actions={<Button onClick={onClear}>Clear the filter</Button>}>
        <p>{usage ? `Jobs can be found for ${plural(usage.retention.completedDays, "day", "days")} after they ended well, for ${plural(usage.retention.failedDays, "day", "days")} after they failed.` : "Jobs that ended long ago are forgotten."}</p>
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="tasklist" title={scope === "own" ? "You have started no job yet" : "There is no job yet"}>
      <p>Whatever takes longer runs in the background: importing a project, indexing it, cleaning up. It is followed, stopped and tried again here.</p>
    </EmptyState>
  );
}
