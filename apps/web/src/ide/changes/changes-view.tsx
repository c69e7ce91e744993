"use client";

import type { ChangeSetSummary } from "@coder/api/execution";
import { useState } from "react";
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
import { type ChangeGroup, grouped, STATES } from "./review-state.ts";
import { useChanges } from "./use-changes.ts";

const ROW_HEIGHT = 46;
const OLDER = "Show older ones";

type Row = TreeRow & ({ readonly kind: "group"; readonly title: string; readonly count: string } | { readonly kind: "change"; readonly change: ChangeSetSummary } | { readonly kind: "more"; readonly group: ChangeGroup });

const GROUPS = [
  { id: "open", title: "To review" },
  { id: "done", title: "Applied and undone" },
] as const satisfies readonly { readonly id: ChangeGroup; readonly title: string }[];

/** What was proposed for this project, and how it stands. */
export function ChangesView() {
  const open = useChanges("open");
  const done = useChanges("done");
  return (
    <Loaded query={open} what="the changes" skeleton={<Bones />}>
      {(waiting) => (
        <Loaded query={done} what="the changes" skeleton={<Bones />}>
          {(past) => {
            const items = [...waiting.pages, ...past.pages].flatMap((page) => page.items);
            return items.length === 0 ? (
              <EmptyState icon="diff-multiple" title="No changes to review" actions={<GenerateButton />}>
                <p>What a generator or the chat proposes for this project appears here. You look at it line by line, and nothing touches your files before you apply it.</p>
              </EmptyState>
            ) : (
              <List items={items} queries={{ open, done }} />
            );
          }}
        </Loaded>
      )}
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

type Queries = Readonly<Record<ChangeGroup, Pick<ReturnType<typeof useChanges>, "hasNextPage" | "fetchNextPage">>>;

function List({ items, queries }: { readonly items: readonly ChangeSetSummary[]; readonly queries: Queries }) {
  const ide = useIde();
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const more = { open: queries.open.hasNextPage, done: queries.done.hasNextPage };
  const rows = rowsOf(items, more, closed);
  const open = (row: Row, keepFocus: boolean) => {
    if (row.kind === "more") void queries[row.group].fetchNextPage();
    if (row.kind === "change") ide.open({ kind: "change-set", id: row.change.id, title: row.change.title, path: "" }, { preview: true, keepFocus });
  };
  const toggle = ({ key }: Row) => setClosed((before) => (before.has(key) ? new Set([...before].filter((other) => other !== key)) : new Set([...before, key])));
  return (
    <TreeList label="Changes" rows={rows} rowHeight={ROW_HEIGHT} onOpen={open} onToggle={toggle}>
      {(row) =>
        row.kind === "group" ? (
          <>
            <span className={styles.group}>{row.title}</span>
            <CountBadge>{row.count}</CountBadge>
          </>
        ) : row.kind === "more" ? (
          <span className={styles.group}>{OLDER}</span>
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

function rowsOf(items: readonly ChangeSetSummary[], more: Readonly<Record<ChangeGroup, boolean>>, closed: ReadonlySet<string>): readonly Row[] {
  const groups = grouped(items);
  return GROUPS.flatMap(({ id, title }): Row[] => {
    const own = groups[id];
    if (own.length === 0) return [];
    const expanded = !closed.has(id);
    const count = `${own.length}${more[id] ? "+" : ""}`;
    const head: Row = { kind: "group", key: id, level: 1, expanded, title, count, label: `${title}, ${count}` };
    if (!expanded) return [head];
    const changes = own.map((change): Row => ({ kind: "change", key: change.id, level: 2, change, label: `${change.title}, ${STATES[change.state].label}`, tooltip: change.reason === "" ? change.title : `${change.title}\n${change.reason}` }));
    return [head, ...changes, ...(more[id] ? [{ kind: "more", key: `${id}-more`, level: 2, group: id, label: OLDER } as const] : [])];
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
