"use client";

import type { InstallationOrganization } from "@coder/api/user-management";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { allPages } from "#api/all-pages.ts";
import { Loaded } from "#api/loaded.tsx";
import { useTRPCClient } from "#api/trpc.tsx";
import { count, plural } from "#lib/time.ts";
import { useUrlParam } from "#lib/use-url-param.ts";
import { Button } from "#ui/button.tsx";
import { Split, SplitMain, Toolbar } from "#ui/page.tsx";
import { EmptyState } from "#ui/states.tsx";
import type { Column, Sort } from "#ui/table/column.ts";
import { DataTable } from "#ui/table/data-table.tsx";
import { FilterField } from "#ui/table/filter-field.tsx";
import { formatFilter, matchesText, parseFilter } from "#ui/table/filter.ts";
import { TableBones } from "#ui/table/table-bones.tsx";
import textStyles from "#ui/text.module.css";
import { Middle, Time } from "#ui/values.tsx";
import { type LimitGroup, limitGroups, ownLimitsText } from "./organization-limits.ts";
import { OrganizationSheet } from "./organization-sheet.tsx";
import styles from "./settings.module.css";
import { useSettings } from "./use-settings.ts";

const PAGE = 200;
const REFRESH_MS = 30_000;
const rowId = ({ id }: InstallationOrganization) => id;

/** Every organization of the installation, and what it may have otherwise than all others. */
export function OrganizationsTab() {
  const client = useTRPCClient();
  const settings = useSettings();
  const groups = useMemo(() => limitGroups(settings.data ?? []), [settings.data]);
  const query = useQuery({
    queryKey: ["settings", "organizations"],
    queryFn: ({ signal }) => allPages<InstallationOrganization>((cursor) => client.userManagement.listInstallationOrganizations.query({ limit: PAGE, ...cursor }, { signal })),
    refetchInterval: REFRESH_MS,
  });
  return (
    <Loaded query={query} what="organizations" skeleton={<TableBones columns={[240, 70, 320, 100]} />}>
      {(all) => (
        // What is edited is known first, or empty fields would pass for what somebody wants.
        <Loaded query={settings} what="settings" skeleton={<TableBones columns={[240, 70, 320, 100]} />}>
          {() => <Organizations all={all} groups={groups} />}
        </Loaded>
      )}
    </Loaded>
  );
}

function Organizations({ all, groups }: { readonly all: readonly InstallationOrganization[]; readonly groups: readonly LimitGroup[] }) {
  const [filterText, setFilterText] = useUrlParam("q");
  const [openId, setOpenId] = useUrlParam("organization");
  const [sort, setSort] = useState<Sort | null>(null);
  const table = useRef<HTMLDivElement>(null);
  const filter = useMemo(() => parseFilter(filterText ?? "", []), [filterText]);
  const columns = useMemo(
    (): readonly Column<InstallationOrganization>[] => [
      { id: "name", header: "Organization", width: 240, minWidth: 140, grow: true, text: ({ name }) => name, cell: ({ name }) => <Middle text={name} /> },
      { id: "members", header: "Members", width: 84, narrow: 72, align: "end", text: ({ members }) => count(members), sortBy: ({ members }) => members, cell: ({ members }) => count(members) },
      { id: "limits", header: "Limits of its own", width: 560, from: 860, text: ({ id }) => ownLimitsText(groups, id), cell: ({ id }) => <Middle text={ownLimitsText(groups, id) || "None"} className={ownLimitsText(groups, id) ? undefined : textStyles.dim} /> },
      { id: "createdAt", header: "Since", width: 116, from: 760, text: ({ createdAt }) => createdAt, sortBy: ({ createdAt }) => Date.parse(createdAt), cell: ({ createdAt }) => <Time at={createdAt} as="column" /> },
    ],
    [groups],
  );
  const close = () => {
    setOpenId(null);
    table.current?.querySelector<HTMLElement>("[role=grid]")?.focus();
  };
  const rows = all.filter(({ id, name }) => matchesText(filter.text, name, id));
  const opened = all.find(({ id }) => id === openId);
  return (
    <Split>
      <SplitMain>
        <Toolbar note={rows.length === all.length ? null : `${count(rows.length)} of ${plural(all.length, "organization", "organizations")}`}>
          <FilterField label="Filter organizations" placeholder="Filter by name or id" keys={[]} value={filter} onChange={(next) => setFilterText(formatFilter(next))} />
        </Toolbar>
        {rows.length === 0 ? (
          <EmptyState icon="search" title="No organization matches" actions={<Button onClick={() => setFilterText(null)}>Clear the filter</Button>}>
            <p>{plural(all.length, "organization is", "organizations are")} there.</p>
          </EmptyState>
        ) : (
          <div ref={table} className={styles.table}>
            <DataTable
              label="Organizations" name="organizations" rows={rows} rowId={rowId} columns={columns} rowHeight={30} sort={sort} onSort={setSort} openId={openId}
              onOpen={({ id }) => setOpenId(id, openId === null ? "push" : "replace")}
              onClose={close}
              footer={<span>{plural(all.length, "organization", "organizations")}</span>}
            />
          </div>
        )}
      </SplitMain>
      {opened ? <OrganizationSheet key={opened.id} organization={opened} groups={groups} onClose={close} /> : null}
    </Split>
  );
}
