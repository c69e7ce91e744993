"use client";

import type { AuditEntry } from "@coder/api/logging";
import { useMemo, useRef } from "react";
import { Loaded } from "#api/loaded.tsx";
import { useMembers } from "#features/people/use-people.ts";
import { useSession } from "#features/session/session.tsx";
import { count, plural } from "#lib/time.ts";
import { useTimeZone } from "#lib/time-zone.ts";
import { useUrlParam } from "#lib/use-url-param.ts";
import { Status } from "#ui/badge.tsx";
import { Button } from "#ui/button.tsx";
import { Split, SplitMain, Toolbar } from "#ui/page.tsx";
import { EmptyState } from "#ui/states.tsx";
import type { Column } from "#ui/table/column.ts";
import { DataTable } from "#ui/table/data-table.tsx";
import { FilterField } from "#ui/table/filter-field.tsx";
import { formatFilter, parseFilter } from "#ui/table/filter.ts";
import { TableBones } from "#ui/table/table-bones.tsx";
import textStyles from "#ui/text.module.css";
import { Middle, Time } from "#ui/values.tsx";
import { auditFilterKeys, isSiftedHere, matchesEntry, serverFilter } from "./audit-filter.ts";
import { AuditSheet } from "./audit-sheet.tsx";
import styles from "./audit.module.css";
import { type AuditScope, useAuditLog } from "./use-audit-log.ts";
import { useTargetNames } from "./use-target-names.ts";
import { actionArea, actionTitle, actorName, OUTCOMES, shortTarget, targetName } from "./words.ts";

const rowId = (entry: AuditEntry) => entry.id;
/** How far the log is read by itself for a filter that the server cannot answer. */
const MAX_SIFTED = 2_000;

export function AuditTable({ scope }: { readonly scope: AuditScope }) {
  const { user } = useSession();
  const zone = useTimeZone();
  const { data: members = [] } = useMembers();
  const [filterText, setFilterText] = useUrlParam("q");
  const [openId, setOpenId] = useUrlParam("entry");
  const table = useRef<HTMLDivElement>(null);

  const seen = useRef(new Set<string>());
  const keys = auditFilterKeys(members, seen.current);
  const filter = useMemo(() => parseFilter(filterText ?? "", auditFilterKeys([], [])), [filterText]);
  const narrowed = useMemo(() => serverFilter(filter, members, user.id, zone), [filter, members, user.id, zone]);
  const { pages, entries } = useAuditLog(scope, narrowed);
  const names = useTargetNames(entries);
  for (const { action } of entries) seen.current.add(action);
  const rows = useMemo(() => entries.filter((entry) => matchesEntry(entry, filter, members, names, user.id)), [entries, filter, members, names, user.id]);
  const columns = useMemo(() => auditColumns(names), [names]);

  const sifted = isSiftedHere(filter);
  const searchesOn = pages.hasNextPage && (!sifted || entries.length < MAX_SIFTED);
  const more = () => {
    if (!pages.isFetchingNextPage) void pages.fetchNextPage();
  };
  const close = () => {
    setOpenId(null);
    table.current?.querySelector<HTMLElement>("[role=grid]")?.focus();
  };

  return (
    <Split>
      <SplitMain>
        <Toolbar>
          <FilterField label="Filter the audit log" placeholder="Filter by text, or actor:me  action:auth.  outcome:denied" keys={keys} value={filter} onChange={(next) => setFilterText(formatFilter(next))} />
        </Toolbar>
        <Loaded query={pages} what="audit entries" skeleton={<TableBones columns={[110, 140, 180, 180, 80]} rows={14} />}>
          {() =>
            rows.length === 0 && !searchesOn ? (
              <Nothing filtered={filter.terms.length > 0 || filter.text !== ""} searched={entries.length} onClear={() => setFilterText(null)} onFurther={pages.hasNextPage ? more : null} />
            ) : (
              <div ref={table} className={styles.table}>
                <DataTable
                  label="Audit entries"
                  name="audit"
                  rows={rows}
                  rowId={rowId}
                  columns={columns}
                  openId={openId}
                  onOpen={(entry) => setOpenId(entry.id, openId === null ? "push" : "replace")}
                  onClose={close}
                  onEnd={searchesOn ? more : undefined}
                  footer={
                    <Footer shown={rows.length} loaded={entries.length} sifted={sifted} loading={pages.isFetchingNextPage} onFurther={pages.hasNextPage && !searchesOn ? more : null} />
                  }
                />
              </div>
            )
          }
        </Loaded>
      </SplitMain>
      {openId ? <AuditSheet id={openId} known={entries.find(({ id }) => id === openId)} names={names} onClose={close} /> : null}
    </Split>
  );
}

function auditColumns(names: ReadonlyMap<string, string>): readonly Column<AuditEntry>[] {
  return [
    { id: "time", header: "Time", width: 128, narrow: 96, minWidth: 84, text: (entry) => entry.completedAt, cell: (entry) => <Time at={entry.completedAt} as="column" /> },
    { id: "actor", header: "Actor", width: 180, narrow: 118, text: (entry) => actorName(entry, names), cell: (entry) => <Middle text={actorName(entry, names)} /> },
    {
      id: "action",
      header: "Action",
      width: 240,
      minWidth: 130,
      grow: true,
      text: (entry) => entry.action,
      cell: (entry) => (
        <>
          {actionTitle(entry.action)} <span className={textStyles.dim12}>{actionArea(entry.action)}</span>
        </>
      ),
    },
    {
      id: "target",
      header: "Target",
      width: 260,
      from: 820,
      text: (entry) => [entry.targetType, targetName(entry, names)].filter(Boolean).join(" "),
      cell: (entry) =>
        entry.targetType === null ? null : (
          <span className={styles.target}>
            <span className={textStyles.dim12}>{entry.targetType}</span>
            <Middle text={shortTarget(targetName(entry, names))} />
          </span>
        ),
    },
    {
      id: "outcome",
      header: "Outcome",
      width: 104,
      from: 480,
      text: (entry) => entry.outcome,
      cell: ({ outcome }) => (
        <Status tone={OUTCOMES[outcome].tone} icon={OUTCOMES[outcome].icon}>
          {OUTCOMES[outcome].text}
        </Status>
      ),
    },
    { id: "address", header: "From", width: 140, from: 1040, text: (entry) => entry.address, cell: (entry) => <span className={textStyles.mono}>{entry.address}</span> },
  ];
}

interface FooterProps {
  readonly shown: number;
  readonly loaded: number;
  readonly sifted: boolean;
  readonly loading: boolean;
  readonly onFurther: (() => void) | null;
}

function Footer({ shown, loaded, sifted, loading, onFurther }: FooterProps) {
  return (
    <>
      <span role="status">{loading ? "Reading older entries" : sifted ? `${count(shown)} of the ${count(loaded)} entries that were searched` : plural(shown, "entry", "entries")}</span>
      {onFurther ? (
        <Button variant="quiet" onClick={onFurther}>
          Search further back
        </Button>
      ) : null}
    </>
  );
}

interface NothingProps {
  readonly filtered: boolean;
  readonly searched: number;
  readonly onClear: () => void;
  readonly onFurther: (() => void) | null;
}

function Nothing({ filtered, searched, onClear, onFurther }: NothingProps) {
  if (!filtered) {
    return (
      <EmptyState icon="history" title="Nothing is recorded yet">
        <p>Every change that somebody makes here leaves an entry: who, what, when, from where, and how it ended.</p>
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon="search"
      title="No entry matches"
      actions={
        <>
          <Button onClick={onClear}>Clear the filter</Button>
          {onFurther ? <Button onClick={onFurther}>Search further back</Button> : null}
        </>
      }
    >
      <p>{onFurther ? `The newest ${count(searched)} entries were searched.` : "The whole log was searched."}</p>
    </EmptyState>
  );
}
