"use client";

import type { AuditEntry } from "@coder/api/logging";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { Loaded } from "#api/loaded.tsx";
import { useTRPC } from "#api/trpc.tsx";
import { actionTitle, actorName, OUTCOMES, shortTarget, targetName } from "#features/audit/words.ts";
import { useNames } from "#features/people/use-people.ts";
import { Icon } from "#ui/icon.tsx";
import { Skeleton } from "#ui/skeleton.tsx";
import { Middle, Time } from "#ui/values.tsx";
import styles from "./home.module.css";

const SHOWN = 10;

/** The last things that were done in the organization. */
export function Recent() {
  const trpc = useTRPC();
  const names = useNames();
  const query = useQuery(trpc.logging.listEntries.queryOptions({ limit: SHOWN }, { refetchInterval: 10_000 }));
  return (
    <section aria-labelledby="recent">
      <div className={styles.headingRow}>
        <h3 id="recent" className={styles.heading}>
          Recently
        </h3>
        <Link href="/audit">Audit log</Link>
      </div>
      <Loaded query={query} what="recent entries" skeleton={<Bones />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className={styles.lead}>Nothing is recorded yet.</p>
          ) : (
            <ul className={styles.recent}>
              {items.map((entry) => (
                <li key={entry.id}>
                  <Link href={`/audit?entry=${entry.id}`} className={styles.entry}>
                    <span className={styles.outcome} data-tone={OUTCOMES[entry.outcome].tone}>
                      <Icon name={OUTCOMES[entry.outcome].icon} label={OUTCOMES[entry.outcome].text} />
                    </span>
                    <span className={styles.entryText}>
                      <Middle text={actorName(entry, names)} />
                      <span className={styles.entryAction}>
                        {actionTitle(entry.action)}
                        {target(entry, names)}
                      </span>
                    </span>
                    <span className={styles.entryTime}>
                      <Time at={entry.completedAt} />
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}

/** What it was done to, where that says something: neither ids nor the actor again. */
function target(entry: AuditEntry, names: ReadonlyMap<string, string>): string {
  const name = targetName(entry, names);
  return name === "" || entry.targetId === entry.actorUserId || shortTarget(name) !== name ? "" : `: ${name}`;
}

function Bones() {
  return (
    <div className={styles.recent} aria-hidden="true">
      {Array.from({ length: SHOWN }, (_, index) => (
        <div key={index} className={styles.entry}>
          <Skeleton width={16} height={16} />
          <Skeleton width={160 + ((index * 37) % 90)} />
        </div>
      ))}
    </div>
  );
}
