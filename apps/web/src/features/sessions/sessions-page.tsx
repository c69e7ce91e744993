"use client";

import type { SessionSummary } from "@coder/api/auth";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { allPages } from "#api/all-pages.ts";
import { Loaded } from "#api/loaded.tsx";
import { useTRPC, useTRPCClient } from "#api/trpc.tsx";
import { CommandButton } from "#commands/command-controls.tsx";
import { useCommands } from "#commands/registry.tsx";
import { useSession } from "#features/session/session.tsx";
import { Badge } from "#ui/badge.tsx";
import { Button } from "#ui/button.tsx";
import { Confirm } from "#ui/dialog.tsx";
import { Icon, type IconName } from "#ui/icon.tsx";
import { Page, Prose, Section } from "#ui/page.tsx";
import { Skeleton } from "#ui/skeleton.tsx";
import { toast } from "#ui/toast.tsx";
import { Time } from "#ui/values.tsx";
import styles from "./sessions.module.css";

const SESSIONS = ["sessions"] as const;
const REFRESH_MS = 20_000;

/** Where one is signed in, and ending it from here. */
export function SessionsPage() {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const query = useQuery({
    queryKey: SESSIONS,
    queryFn: ({ signal }) => allPages<SessionSummary>((cursor) => client.auth.listSessions.query({ limit: 200, ...cursor }, { signal })),
    refetchInterval: REFRESH_MS,
  });
  const revoke = useMutation(trpc.auth.revokeSession.mutationOptions());
  const revokeOthers = useMutation(trpc.auth.revokeOtherSessions.mutationOptions());
  const [ending, setEnding] = useState<SessionSummary | null>(null);
  const [endingOthers, setEndingOthers] = useState(false);
  const others = query.data?.filter(({ current }) => !current).length ?? 0;

  useCommands([{ id: "sessions.endOthers", title: "Sign out everywhere else", category: "Account", icon: "sign-out", enabled: others > 0, run: () => setEndingOthers(true) }]);

  return (
    <Page title="Your sessions">
      <Prose>
        <Section
          title="Where you are signed in"
          description="A session that is ended here stops working with its next request. If you do not know one of them, end it and change your password."
          actions={others > 0 ? <CommandButton command="sessions.endOthers" /> : null}
        >
          <Loaded query={query} what="your sessions" skeleton={<SessionBones />}>
            {(sessions) => (
              <ul className={styles.list}>
                {sessions.map((session) => (
                  <SessionItem key={session.id} session={session} onEnd={() => setEnding(session)} />
                ))}
              </ul>
            )}
          </Loaded>
        </Section>
      </Prose>
      <Confirm
        open={ending !== null}
        onClose={() => setEnding(null)}
        title={`End the session on ${ending?.device ?? ""}?`}
        consequence={
          <p>
            {ending?.address ? `It was begun from ${ending.address}. ` : ""}Whoever uses it is signed out with their next action and needs your password to come back.
          </p>
        }
        action="End session"
        onConfirm={async () => {
          if (!ending) return;
          await revoke.mutateAsync({ id: ending.id });
          queryClient.setQueryData<SessionSummary[]>(SESSIONS, (all) => all?.filter(({ id }) => id !== ending.id));
          toast({ kind: "success", title: `The session on ${ending.device} has ended` });
        }}
      />
      <Confirm
        open={endingOthers}
        onClose={() => setEndingOthers(false)}
        title={others === 1 ? "End your other session?" : `End your ${others} other sessions?`}
        consequence={<p>You stay signed in here and nowhere else.</p>}
        action="Sign out everywhere else"
        onConfirm={async () => {
          const { revoked } = await revokeOthers.mutateAsync({});
          await queryClient.invalidateQueries({ queryKey: SESSIONS });
          toast({ kind: "success", title: revoked === 1 ? "1 session has ended" : `${revoked} sessions have ended` });
        }}
      />
    </Page>
  );
}

function deviceIcon(device: string): IconName {
  return /android|iphone|ipad|ios|mobile/i.test(device) ? "device-mobile" : "device-desktop";
}

function SessionItem({ session, onEnd }: { readonly session: SessionSummary; readonly onEnd: () => void }) {
  const { organizations } = useSession();
  const organization = organizations.find(({ id }) => id === session.organizationId);
  return (
    <li className={styles.item}>
      <Icon name={deviceIcon(session.device)} size={20} className={styles.icon} />
      <div className={styles.text}>
        <div className={styles.device}>
          {session.device}
          {session.current ? <Badge>this browser</Badge> : null}
        </div>
        <div className={styles.facts}>
          <span>
            Last used <Time at={session.lastUsedAt} />
          </span>
          <span>
            Signed in <Time at={session.createdAt} />
            {session.address === null ? "" : ` from ${session.address}`}
          </span>
          <span>
            Expires <Time at={session.expiresAt} />
          </span>
          {organizations.length > 1 && organization ? <span>In {organization.name}</span> : null}
        </div>
      </div>
      {session.current ? null : (
        <Button onClick={onEnd} aria-label={`End the session on ${session.device}`}>
          End
        </Button>
      )}
    </li>
  );
}

function SessionBones() {
  return (
    <div className={styles.list} aria-hidden="true">
      {[0, 1, 2].map((index) => (
        <div key={index} className={styles.item}>
          <Skeleton width={20} height={20} />
          <div className={styles.text}>
            <Skeleton width={180} />
            <Skeleton width={320} />
          </div>
        </div>
      ))}
    </div>
  );
}
