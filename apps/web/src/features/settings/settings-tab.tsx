"use client";

import type { Setting } from "./types.ts";
import { SETTING_SOURCES } from "@coder/api/configuration-service";
import { useMemo, useRef } from "react";
import { Loaded } from "#api/loaded.tsx";
import { count } from "#lib/time.ts";
import { useUrlParam } from "#lib/use-url-param.ts";
import { Button } from "#ui/button.tsx";
import { Split, SplitMain, Toolbar } from "#ui/page.tsx";
import { EmptyState } from "#ui/states.tsx";
import { FilterField } from "#ui/table/filter-field.tsx";
import { type Filter, type FilterKey, formatFilter, matchesText, parseFilter, valuesOf } from "#ui/table/filter.ts";
import { TableBones } from "#ui/table/table-bones.tsx";
import { plainValue } from "#ui/json.tsx";
import textStyles from "#ui/text.module.css";
import { SettingRow } from "./setting-row.tsx";
import { SettingSheet } from "./setting-sheet.tsx";
import styles from "./settings.module.css";
import { useSettings } from "./use-settings.ts";

/** The kernel's own settings belong to no module. */
export const KERNEL_GROUP = "installation";

export function groupOf({ module }: Pick<Setting, "module">): string {
  return module ?? KERNEL_GROUP;
}

function filterKeys(groups: readonly string[]): readonly FilterKey[] {
  return [
    { key: "module", description: "The part of the product", values: groups.map((value) => ({ value })) },
    { key: "source", description: "Where the value is from", values: SETTING_SOURCES.map((value) => ({ value })) },
    {
      key: "is",
      description: "What can be said of it",
      values: [
        { value: "changed", description: "Not the shipped default" },
        { value: "settable", description: "Can be changed here" },
        { value: "pending", description: "Takes effect with the next start" },
        { value: "secret", description: "Its value is not shown" },
      ],
    },
  ];
}

function matches(setting: Setting, filter: Filter): boolean {
  const any = (key: string, test: (value: string) => boolean) => {
    const values = valuesOf(filter, key);
    return values.length === 0 || values.some(test);
  };
  const is: Record<string, boolean> = { changed: setting.source !== "default", settable: setting.settable, pending: setting.pending !== null, secret: setting.secret };
  return (
    any("module", (value) => groupOf(setting) === value) &&
    any("source", (value) => setting.source === value) &&
    any("is", (value) => is[value] === true) &&
    matchesText(filter.text, setting.key, setting.description, setting.environment, setting.secret ? "" : plainValue(setting.value))
  );
}

export function SettingsTab() {
  const query = useSettings();
  const [filterText, setFilterText] = useUrlParam("q");
  const [openKey, setOpenKey] = useUrlParam("key");
  const list = useRef<HTMLDivElement>(null);
  const groups = useMemo(() => [...new Set((query.data ?? []).map(groupOf))].sort(byGroup), [query.data]);
  const keys = useMemo(() => filterKeys(groups), [groups]);
  const filter = useMemo(() => parseFilter(filterText ?? "", keys), [filterText, keys]);
  const close = () => {
    const before = openKey;
    setOpenKey(null);
    if (before !== null) list.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(before)}"] button[data-details]`)?.focus();
  };

  return (
    <Loaded query={query} what="settings" skeleton={<TableBones columns={[420, 220, 120]} rows={9} />}>
      {(all) => {
        const rows = all.filter((setting) => matches(setting, filter));
        const shownGroups = groups.filter((group) => rows.some((setting) => groupOf(setting) === group));
        const opened = all.find(({ key }) => key === openKey);
        return (
          <Split>
            <SplitMain>
              <Toolbar>
                <FilterField label="Filter settings" placeholder="Search settings, or source:file  is:changed" keys={keys} value={filter} onChange={(next) => setFilterText(formatFilter(next))} />
              </Toolbar>
              <div className={styles.columns}>
                <nav className={styles.contents} aria-label="Parts of the product">
                  {shownGroups.map((group) => (
                    <a key={group} href={`#settings-${group}`} className={styles.contentsItem}>
                      <span>{group}</span>
                      <span className={textStyles.dim}>{count(rows.filter((setting) => groupOf(setting) === group).length)}</span>
                    </a>
                  ))}
                </nav>
                <div ref={list} className={styles.list}>
                  {rows.length === 0 ? (
                    <EmptyState icon="search" title="No setting matches" actions={<Button onClick={() => setFilterText(null)}>Clear the filter</Button>}>
                      <p>There are {count(all.length)} settings.</p>
                    </EmptyState>
                  ) : (
                    shownGroups.map((group) => (
                      <section key={group} id={`settings-${group}`} className={styles.group} aria-label={group}>
                        <h2 className={styles.groupTitle}>{group}</h2>
                        {rows
                          .filter((setting) => groupOf(setting) === group)
                          .map((setting) => (
                            <SettingRow key={setting.key} setting={setting} open={setting.key === openKey} onOpen={() => setOpenKey(setting.key, openKey === null ? "push" : "replace")} />
                          ))}
                      </section>
                    ))
                  )}
                </div>
              </div>
            </SplitMain>
            {opened ? <SettingSheet key={opened.key} setting={opened} onClose={close} /> : null}
          </Split>
        );
      }}
    </Loaded>
  );
}

/** Modules by name, the kernel's own settings last: they are set where the product is started. */
function byGroup(a: string, b: string): number {
  if (a === KERNEL_GROUP || b === KERNEL_GROUP) return a === b ? 0 : a === KERNEL_GROUP ? 1 : -1;
  return a.localeCompare(b);
}
