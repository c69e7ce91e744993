"use client";

import type { Member } from "@coder/api/user-management";
import { useQuery } from "@tanstack/react-query";
import { Loaded } from "#api/loaded.tsx";
import { useTRPC } from "#api/trpc.tsx";
import { useSession } from "#features/session/session.tsx";
import { Status } from "#ui/badge.tsx";
import { Button } from "#ui/button.tsx";
import { Fact, Facts, Sheet, SheetSection } from "#ui/sheet.tsx";
import { Skeleton } from "#ui/skeleton.tsx";
import textStyles from "#ui/text.module.css";
import { CopyableId, Time } from "#ui/values.tsx";
import styles from "./people.module.css";
import { ROLE_HELP, ROLE_NAMES } from "./roles.ts";
import { useMemberActions } from "./use-member-actions.ts";

interface MemberSheetProps {
  readonly member: Member;
  readonly onClose: () => void;
  readonly onRemove: () => void;
  readonly onSignOut: () => void;
}

export function MemberSheet({ member, onClose, onRemove, onSignOut }: MemberSheetProps) {
  const { may, user } = useSession();
  const { setStatus } = useMemberActions();
  const self = member.userId === user.id;
  return (
    <Sheet title={member.name} name="member" onClose={onClose}>
      <Facts>
        <Fact name="E-mail address">
          <CopyableId value={member.email} what="address" />
        </Fact>
        <Fact name="Role">
          {ROLE_NAMES[member.role]}
          <div className={textStyles.dim}>{ROLE_HELP[member.role]}</div>
        </Fact>
        <Fact name="Status">{member.status === "active" ? <Status tone="success">Active</Status> : <Status tone="idle">Suspended: keeps everything, may do nothing</Status>}</Fact>
        <Fact name="Joined">
          <Time at={member.joinedAt} />
        </Fact>
        <Fact name="Last seen">{member.lastSeenAt === null ? "unknown" : <Time at={member.lastSeenAt} />}</Fact>
        <Fact name="Id">
          <CopyableId value={member.userId} />
        </Fact>
      </Facts>
      {may("user-management.session.read") ? <MemberSessions member={member} /> : null}
      {self ? null : (
        <div className={styles.buttons}>
          {may("user-management.session.revoke") ? (
            <Button icon="sign-out" onClick={onSignOut}>
              Sign out everywhere…
            </Button>
          ) : null}
          {may("user-management.member.update") ? (
            <Button icon={member.status === "active" ? "circle-slash" : "check"} onClick={() => setStatus(member, member.status === "active" ? "suspended" : "active")}>
              {member.status === "active" ? "Suspend" : "Give access back"}
            </Button>
          ) : null}
          {may("user-management.member.remove") ? (
            <Button icon="trash" onClick={onRemove}>
              Remove…
            </Button>
          ) : null}
        </div>
      )}
    </Sheet>
  );
}

function MemberSessions({ member }: { readonly member: Member }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.userManagement.listMemberSessions.queryOptions({ userId: member.userId }));
  return (
    <SheetSection title="Signed in on">
      <Loaded query={query} what="sessions" skeleton={<Skeleton width={220} />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className={textStyles.dim}>Nowhere at the moment.</p>
          ) : (
            <ul className={styles.sessions}>
              {items.map((session) => (
                <li key={session.id} className={styles.session}>
                  <span>{session.device}</span>
                  <span className={textStyles.dim}>
                    {session.address ?? "unknown address"} · since <Time at={session.createdAt} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </SheetSection>
  );
}
