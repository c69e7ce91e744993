"use client";

import { Page, Prose } from "#ui/page.tsx";
import { EmptyState } from "#ui/states.tsx";
import { useMembers } from "#features/people/use-people.ts";
import { useSession } from "#features/session/session.tsx";
import { Keyboard } from "./keyboard.tsx";
import { NextSteps } from "./next-steps.tsx";
import { Recent } from "./recent.tsx";
import styles from "./home.module.css";

/** What this is at the moment, what to do next, and what happened lately. */
export function HomePage() {
  const { organization, may, user } = useSession();
  const { data: members } = useMembers();
  if (organization === null) {
    return (
      <Page title="Home">
        <EmptyState icon="organization" title="You belong to no organization at the moment">
          <p>Ask somebody who runs one for an invitation link, and open it in this browser. You are signed in as {user.email}.</p>
        </EmptyState>
      </Page>
    );
  }
  const people = members === undefined ? "" : members.length === 1 ? ", its only member" : `, one of ${members.length} members`;
  return (
    <Page title="Home">
      <Prose wide>
        <div>
          <h2 className={styles.title} title={organization.name}>
            {organization.name}
          </h2>
          <p className={styles.lead}>
            You are {article(organization.role)} {organization.role} here{people}.
          </p>
        </div>
        <div className={styles.columns}>
          <div className={styles.column}>
            <NextSteps />
            <Keyboard />
          </div>
          {may("logging.entry.read") ? <Recent /> : null}
        </div>
      </Prose>
    </Page>
  );
}

function article(role: string): string {
  return /^[aeiou]/.test(role) ? "an" : "a";
}
