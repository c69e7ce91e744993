"use client";

import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { count as formatCount } from "#lib/time.ts";
import { CountBadge } from "./badge.tsx";
import pageStyles from "./page.module.css";
import styles from "./tabs.module.css";

export interface TabbedPageProps<Value extends string> {
  readonly title: string;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly tabs: readonly { readonly value: Value; readonly label: string; readonly count?: number | undefined }[];
  readonly actions?: ReactNode;
  /** The panel of the chosen tab. */
  readonly children: ReactNode;
}

/** A page whose views stand beside its title in the one header row. */
export function TabbedPage<Value extends string>({ title, value, onChange, tabs, actions, children }: TabbedPageProps<Value>) {
  const choose = (next: string) => {
    const tab = tabs.find((candidate) => candidate.value === next);
    if (tab) onChange(tab.value);
  };
  return (
    <Radix.Root className={pageStyles.page} value={value} onValueChange={choose}>
      <header className={styles.header}>
        <h1 className={styles.title}>{title}</h1>
        <Radix.List className={styles.list} aria-label={title}>
          {tabs.map((tab) => (
            <Radix.Trigger key={tab.value} value={tab.value} className={styles.tab}>
              <span className={styles.tabText}>{tab.label}</span>
              {tab.count === undefined ? null : <CountBadge>{formatCount(tab.count)}</CountBadge>}
            </Radix.Trigger>
          ))}
        </Radix.List>
        <div className={styles.actions}>{actions}</div>
      </header>
      <Radix.Content className={styles.panel} value={value} tabIndex={-1}>
        {children}
      </Radix.Content>
    </Radix.Root>
  );
}
