"use client";

import type { SettingChange } from "./types.ts";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Loaded } from "#api/loaded.tsx";
import { useTRPC } from "#api/trpc.tsx";
import { useNames } from "#features/people/use-people.ts";
import { plural } from "#lib/time.ts";
import { plainValue } from "#ui/json.tsx";
import { EmptyState } from "#ui/states.tsx";
import type { Column } from "#ui/table/column.ts";
import { DataTable } from "#ui/table/data-table.tsx";
import { TableBones } from "#ui/table/table-bones.tsx";
import { Middle, Time } from "#ui/values.tsx";
import { useUrlParam } from "#lib/use-url-param.ts";
import textStyles from "#ui/text.module.css";
import styles from "./settings.module.css";

const rowId = (change: SettingChange) => change.id;
const stored = (value: SettingChange["from"]) => (value === null ? "nothing" : plainValue(value.value));

/** Who changed which setting, newest first. */
export function ChangesTab() {
  const trpc = useTRPC();
  const names = useNames();
  const [, setTab] = useUrlParam("tab");
  const [, setKey] = useUrlParam("key");
  const query = useInfiniteQuery(trpc.configurationService.listChanges.infiniteQueryOptions({ limit: 100 }, { getNextPageParam: (page) => page.nextCursor ?? undefined, refetchInterval: 20_000 }));
  const who = ({ changedBy }: SettingChange) => (changedBy === null ? "The product itself" : (names.get(changedBy) ?? changedBy));
  const columns: readonly Column<SettingChange>[] = [
    { id: "time", header: "Time", width: 132, narrow: 96, text: ({ changedAt }) => changedAt, cell: ({ changedAt }) => <Time at={changedAt} as="column" /> },
    { id: "who", header: "By", width: 160, from: 620, text: who, cell: (change) => <Middle text={who(change)} /> },
    { id: "key", header: "Setting", width: 280, minWidth: 120, grow: true, text: ({ key }) => key, cell: ({ key }) => <Middle text={key} className={textStyles.mono} /> },
    { id: "from", header: "Before", width: 160, from: 760, text: ({ from }) => stored(from), cell: ({ from }) => <Middle text={stored(from)} className={textStyles.mono} /> },
    { id: "to", header: "After", width: 160, narrow: 84, text: ({ to }) => stored(to), cell: ({ to }) => <Middle text={stored(to)} className={textStyles.mono} /> },
  ];
  return (
    <Loaded query={query} what="changes" skeleton={<TableBones columns={[120, 150, 260, 140, 140]} />}>
      {(data) => {
        const rows = data.pages.flatMap((page) => page.items);
        return rows.length === 0 ? (
          <EmptyState icon="history" title="No setting was changed yet">
            <p>What is changed here is listed with who did it and what it was before, and can be taken back.</p>
          </EmptyState>
        ) : (
          <div className={styles.table}>
            <DataTable
              label="Changes of settings"
              name="setting-changes"
              rows={rows}
              rowId={rowId}
              columns={columns}
              onOpen={(change) => {
                setTab(null, "push");
                setKey(change.key);
              }}
              onEnd={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
              footer={<span>{plural(rows.length, "change", "changes")}</span>}
            />
          </div>
        );
      }}
    </Loaded>
  );
}
