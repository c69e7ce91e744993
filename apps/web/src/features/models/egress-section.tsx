"use client";

import type { Egress } from "@coder/api/ai-service";
import { useInfiniteQuery } from "@tanstack/react-query";
import { toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import { shortTarget } from "#features/audit/words.ts";
import { useNames } from "#features/people/use-people.ts";
import { useProjects } from "#features/projects/use-projects.ts";
import { bytes } from "#lib/size.ts";
import { Status, type Tone } from "#ui/badge.tsx";
import { Button } from "#ui/button.tsx";
import { Section } from "#ui/page.tsx";
import { InlineProblem } from "#ui/states.tsx";
import textStyles from "#ui/text.module.css";
import { Time } from "#ui/values.tsx";
import styles from "./models.module.css";

const OUTCOMES: Readonly<Record<Egress["outcome"], { readonly tone: Tone; readonly text: string }>> = {
  open: { tone: "info", text: "Open" },
  done: { tone: "success", text: "Answered" },
  failed: { tone: "error", text: "Failed" },
  cancelled: { tone: "idle", text: "Cancelled" },
};

const PURPOSES: Readonly<Record<Egress["purpose"], string>> = { chat: "Chat", probe: "Check", index: "Index", search: "Search by meaning" };

/** Every request that carried content to a model or to the embeddings endpoint. */
export function EgressSection() {
  const trpc = useTRPC();
  const query = useInfiniteQuery(trpc.aiService.listEgress.infiniteQueryOptions({ limit: 20 }, { getNextPageParam: ({ nextCursor }) => nextCursor }));
  const names = useNames();
  const { data: projects = [] } = useProjects("open");
  const projectName = (id: string) => projects.find((project) => project.id === id)?.name ?? shortTarget(id);
  const entries = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Section title="What was sent" description="Each request to a model or to the embeddings endpoint, written down before it left. Secrets in files are replaced by placeholders before anything is sent.">
      {query.error ? <InlineProblem problem={toProblem(query.error)} onRetry={() => void query.refetch()} /> : null}
      {query.data && entries.length === 0 ? <p className={textStyles.dim12}>Nothing was sent.</p> : null}
      {entries.length > 0 ? (
        <div className={styles.scroll} tabIndex={0} role="group" aria-label="What was sent">
          <table className={styles.table}>
            <caption className="visually-hidden">Requests to endpoints, newest first</caption>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">To</th>
                <th scope="col">For</th>
                <th scope="col">By</th>
                <th scope="col">Result</th>
                <th scope="col" className={styles.number}>Sent</th>
                <th scope="col" className={styles.number}>Received</th>
                <th scope="col" className={styles.number}>Secrets kept back</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <tr key={entry.id}>
                  <td><Time at={entry.at} /></td>
                  <td>
                    {entry.host}
                    <div className={textStyles.dim12}>{entry.model ?? entry.path}</div>
                  </td>
                  <td>
                    {PURPOSES[entry.purpose]}
                    {entry.projectId === null ? null : <div className={textStyles.dim12}>{projectName(entry.projectId)}</div>}
                  </td>
                  <td>{entry.userId === null ? "The product itself" : (names.get(entry.userId) ?? shortTarget(entry.userId))}</td>
                  <td><Status tone={OUTCOMES[entry.outcome].tone}>{entry.status === null || entry.status === 200 ? OUTCOMES[entry.outcome].text : `${OUTCOMES[entry.outcome].text}, ${entry.status}`}</Status></td>
                  <td className={styles.number}>{bytes(entry.requestBytes)}</td>
                  <td className={styles.number}>{bytes(entry.responseBytes)}</td>
                  <td className={styles.number}>{entry.secrets}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {query.hasNextPage ? (
        <Button pending={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show older ones
        </Button>
      ) : null}
    </Section>
  );
}
