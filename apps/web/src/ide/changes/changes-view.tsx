"use client";

import type { ChangeSetSummary } from "@coder/api/execution";
import { useMemo, useState } from "react";
import { Loaded } from "#api/loaded.tsx";
import { useRegistry } from "#commands/registry.tsx";
import { useSession } from "#features/session/session.tsx";
import { plural } from "#lib/time.ts";
import { CountBadge } from "#ui/badge.tsx";
import { Button } from "#ui/button.tsx";
import { Icon } from "#ui/icon.tsx";
import { Skeleton } from "#ui/skeleton.tsx";
import { EmptyState } from "#ui/states.tsx";
import { Time } from "#ui/values.tsx";
import { useIde } from "../ide-context.ts";
import { TreeList, type TreeRow } from "../lists/tree-list.tsx";
import styles from "./changes.module.css";
import { STATES } from "./review-state.ts";
import { useChanges } from "./use-changes.ts";

const ROW_HEIGHT = 46;

type Row = TreeRow & ({ readonly kind: "group"; readonly title: string; readonly count: number } | { readonly kind: "change"; readonly change: ChangeSetSummary });

const GROUPS = [
  { id: "open", title: "To review", has: ({ state }: ChangeSetSummary) => state !== "applied" && state !== "undone" },
  { id: "done", title: "Applied and undone", has: ({ state }: ChangeSetSummary) => state === "applied" || state === "undone" },
] as const;

/** What was proposed for this project, and how it stands. */
export function ChangesView() {
  const query = useChanges();
  return (
    <Loaded query={query} what="the changes" skeleton={<Bones />}>
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState icon="diff-multiple" title="No changes to review" actions={<GenerateButton />}>
            <p>What a generator or the chat proposes for this project appears here. You look at it line by line, and nothing touches your files before you apply it.</p>
          </EmptyState>
        ) : (
          <List items={items} />
        )
      }
    </Loaded>
  );
}

function GenerateButton() {
  const { may } = useSession();
  const registry = useRegistry();
  return may("code-generation.run.start") ? (
    <Button variant="primary" onClick={() => registry.run("generate.open")}>
      Generate code…
    </Button>
  ) : null;
}

function List({ items }: { readonly items: readonly ChangeSetSummary[] }) {
  const ide = useIde();
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => rowsOf(items, closed), [items, closed]);
  const open = (row: Row, keepFocus: boolean) => row.kind === "change" && ide.open({ kind: "change-set", id: row.change.id, title: row.change.title, path: "" }, { preview: true, keepFocus });
  const toggle = ({ key }: Row) => setClosed((before) => (before.has(key) ? new Set([...before].filter((other) => other !== key)) : new Set([...before, key])));
  return (
    <TreeList label="Changes" rows={rows} rowHeight={ROW_HEIGHT} onOpen={open} onToggle={toggle}>
      {(row) =>
        row.kind === "group" ? (
          <>
            <span className={styles.group}>{row.title}</span>
            <CountBadge>{row.count}</CountBadge>
          </>
        ) : (
          <ChangeLine change={row.change} />
        )
      }
    </TreeList>
  );
}

function ChangeLine({ change: { title, state, counts, createdAt, origin } }: { readonly change: ChangeSetSummary }) {
  const { label, icon, tone } = STATES[state];
  return (
    <div className={styles.change}>
      <div className={styles.changeHead}>
        <Icon name={icon} className={styles.stateIcon} />
        <span className={styles.title}>{title}</span>
        <span className={styles.lines}>
          <span data-tone="added">+{counts.additions}</span> <span data-tone="removed">−{counts.deletions}</span>
        </span>
      </div>
      <div className={styles.changeFacts} data-tone={tone}>
        <span>{label}</span>
        <span>{counts.accepted + counts.rejected > 0 && state !== "applied" ? `${counts.accepted + counts.rejected} of ${counts.hunks} decided` : plural(counts.files, "file", "files")}</span>
        <span className={styles.origin}>{origin.name}</span>
        <Time at={createdAt} />
      </div>
    </div>
  );
}

function rowsOf(items: readonly ChangeSetSummary[], closed: ReadonlySet<string>): readonly Row[] {
  return GROUPS.flatMap(({ id, title, has }): Row[] => {
    const own = items.filter(has);
    if (own.length === 0) return [];
    const expanded = !closed.has(id);
    const head: Row = { kind: "group", key: id, level: 1, expanded, title, count: own.length, label: `${title}, ${own.length}` };
    return [head, ...(expanded ? own.map((change): Row => ({ kind: "change", key: change.id, level: 2, change, label: `${change.title}, ${STATES[change.state].label}`, tooltip: change.reason === "" ? change.title : `${change.title}\n${change.reason}` })) : [])];
  });
}

function Bones() {
  return (
    <div className={styles.bones}>
      {[70, 50, 60].map((width) => (
        <Skeleton key={width} width={`${width}%`} height={28} />
      ))}
    </div>
  );
}
