"use client";

import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { z } from "zod";
import { Loaded } from "#api/loaded.tsx";
import { toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import { useSession } from "#features/session/session.tsx";
import { useDelayed } from "#lib/use-delayed.ts";
import { Button, IconButton } from "#ui/button.tsx";
import { Icon } from "#ui/icon.tsx";
import { EmptyState, InlineProblem, Notice } from "#ui/states.tsx";
import { useIde } from "../ide-context.ts";
import { TreeList } from "../lists/tree-list.tsx";
import { useKept } from "../use-kept.ts";
import { GUESS, hitRows, type HitRow, KIND_ICONS, percentOf } from "./hits.ts";
import { IndexState } from "./index-state.tsx";
import { INDEX_WRITE } from "./meaning-commands.tsx";
import styles from "./meaning.module.css";
import { isRunning, useIndex } from "./use-index.ts";

/** A name, and two lines of reasons. */
const ROW_HEIGHT = 60;
const QuerySchema = z.string().max(2_000);

/** Finds code by what it does, and says why. */
export function MeaningView() {
  const control = useIndex();
  const { may } = useSession();
  const writable = may(INDEX_WRITE);
  return (
    <Loaded query={control.query} what="the index" skeleton={null}>
      {(present) =>
        present.indexedAt === null && !isRunning(present) ? (
          <EmptyState
            icon="sparkle"
            title="Find code by what it does"
            actions={
              writable ? (
                <Button variant="primary" data-first-focus="" pending={control.starting} onClick={() => control.start(false)}>
                  Index this project
                </Button>
              ) : null
            }
          >
            <p>Describe what you look for in your own words. The project is indexed here, without a model and without the network, and the index follows your changes.</p>
            {present.problem ? (
              <Notice tone="error" title={present.problem.message}>
                <p>{present.problem.remedy}</p>
              </Notice>
            ) : null}
          </EmptyState>
        ) : (
          <div className={styles.view}>
            <Search indexedAt={present.indexedAt}>
              <IndexState index={present} control={control} mayWrite={writable} />
            </Search>
          </div>
        )
      }
    </Loaded>
  );
}

function Search({ indexedAt, children }: { readonly indexedAt: string | null; readonly children: ReactNode }) {
  const { projectId, openFile } = useIde();
  const [asked, setAsked] = useKept("meaning", QuerySchema, "");
  const [typed, setTyped] = useState(asked);
  const trpc = useTRPC();
  const wanted = asked.trim() !== "" && indexedAt !== null;
  const query = useQuery({ ...trpc.embeddings.search.queryOptions({ projectId, query: asked, limit: 50 }), enabled: wanted, placeholderData: keepPreviousData });
  useAskAgain(indexedAt);
  const result = wanted ? query.data : undefined;
  const late = useDelayed(query.isFetching && result === undefined);
  const rows = useMemo(() => hitRows(result?.hits ?? []), [result]);
  const open = ({ hit }: HitRow, keepFocus: boolean) => openFile(hit.path, { preview: true, keepFocus, at: { line: hit.startLine, endLine: hit.startLine } });
  return (
    <>
      <form
        className={styles.form}
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(typed.trim());
        }}
      >
        <div className={styles.field}>
          <input className={styles.input} data-first-focus="" aria-label="What the code does" placeholder="Where do we check the password" value={typed} spellCheck={false} autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
          <IconButton type="submit" icon={query.isFetching ? "loading" : "search"} label="Search" className={styles.go} />
        </div>
      </form>
      {children}
      {query.error ? <div className={styles.problem}><InlineProblem problem={toProblem(query.error)} onRetry={() => void query.refetch()} /></div> : null}
      {result?.problem ? (
        <div className={styles.problem}>
          <Notice tone="warning" title={result.problem.message}>
            <p>{result.problem.remedy} These results come from the built-in ranking.</p>
          </Notice>
        </div>
      ) : null}
      {late ? (
        <p className={styles.outcome} role="status">
          Searching
        </p>
      ) : null}
      {result ? (
        <p className={styles.outcome} role="status">
          {rows.length === 0 ? "Nothing here says that. Try other words." : `${rows.length} results in ${result.tookMs} ms, ${result.ranking === "builtin" ? "built-in ranking" : "with the embeddings endpoint"}`}
          {result.index.stale ? ". Files have changed since they were indexed" : ""}
        </p>
      ) : null}
      {rows.length > 0 ? (
        <TreeList label="Results" rows={rows} rowHeight={ROW_HEIGHT} onOpen={open} onToggle={() => undefined}>
          {(row) => <HitLine row={row} />}
        </TreeList>
      ) : null}
    </>
  );
}

/** An index that was brought up to date is asked again; until it has answered, what it said before stays in sight. */
function useAskAgain(indexedAt: string | null): void {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const asked = useRef(indexedAt);
  useEffect(() => {
    if (asked.current === indexedAt) return;
    asked.current = indexedAt;
    void queries.invalidateQueries(trpc.embeddings.search.pathFilter());
  }, [indexedAt, queries, trpc]);
}

function HitLine({ row: { hit, title } }: { readonly row: HitRow }) {
  const { kind, path, startLine, score, reason } = hit;
  return (
    <div className={styles.hit}>
      <div className={styles.hitHead}>
        <Icon name={KIND_ICONS[kind]} className={styles.icon} />
        <span className={styles.symbol}>{title}</span>
        <span className={styles.place}>
          <span className={styles.path}>{path}</span>:{startLine}
        </span>
        <span className={styles.score} data-guess={score < GUESS}>
          {percentOf(score)}
        </span>
      </div>
      <div className={styles.reason}>{reason.summary}</div>
    </div>
  );
}
