"use client";

import type { Invitation } from "@coder/api/user-management";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Loaded, type QueryLike } from "#api/loaded.tsx";
import { useTRPC } from "#api/trpc.tsx";
import { CommandButton } from "#commands/command-controls.tsx";
import { useSession } from "#features/session/session.tsx";
import { Status, type Tone } from "#ui/badge.tsx";
import { IconButton } from "#ui/button.tsx";
import { Confirm } from "#ui/dialog.tsx";
import type { IconName } from "#ui/icon.tsx";
import { EmptyState } from "#ui/states.tsx";
import type { Column, Sort } from "#ui/table/column.ts";
import { DataTable } from "#ui/table/data-table.tsx";
import { TableBones } from "#ui/table/table-bones.tsx";
import { toast } from "#ui/toast.tsx";
import { Middle, Time } from "#ui/values.tsx";
import styles from "./people.module.css";
import { ROLE_NAMES } from "./roles.ts";
import { useNames, usePatchMember } from "./use-people.ts";

const STATES: Record<Invitation["status"], { readonly tone: Tone; readonly icon: IconName; readonly text: string }> = {
  pending: { tone: "info", icon: "mail", text: "Waiting" },
  accepted: { tone: "success", icon: "pass", text: "Accepted" },
  revoked: { tone: "idle", icon: "circle-slash", text: "Taken back" },
  expired: { tone: "idle", icon: "watch", text: "Expired" },
};

const rowId = (invitation: Invitation) => invitation.id;

export function InvitationsTab({ invitations }: { readonly invitations: QueryLike<readonly Invitation[]> }) {
  const trpc = useTRPC();
  const names = useNames();
  const { may } = useSession();
  const { refresh } = usePatchMember();
  const [sort, setSort] = useState<Sort | null>(null);
  const [revoking, setRevoking] = useState<Invitation | null>(null);
  const revoke = useMutation(trpc.userManagement.revokeInvitation.mutationOptions());
  const forWhom = (invitation: Invitation) => invitation.email ?? "Whoever has the link";

  const columns: readonly Column<Invitation>[] = [
    { id: "for", header: "For", width: 260, minWidth: 120, grow: true, text: forWhom, cell: (invitation) => <Middle text={forWhom(invitation)} /> },
    { id: "role", header: "Role", width: 96, narrow: 80, text: ({ role }) => role, cell: ({ role }) => ROLE_NAMES[role] },
    {
      id: "status",
      header: "Status",
      width: 120,
      narrow: 110,
      text: ({ status }) => STATES[status].text,
      cell: ({ status }) => (
        <Status tone={STATES[status].tone} icon={STATES[status].icon}>
          {STATES[status].text}
        </Status>
      ),
    },
    {
      id: "by",
      header: "Invited by",
      width: 160,
      from: 760,
      text: ({ createdBy }) => (createdBy === null ? "" : (names.get(createdBy) ?? createdBy)),
      cell: ({ createdBy }) => <Middle text={createdBy === null ? "" : (names.get(createdBy) ?? createdBy)} />,
    },
    { id: "created", header: "Created", width: 136, from: 900, text: ({ createdAt }) => createdAt, cell: ({ createdAt }) => <Time at={createdAt} /> },
    { id: "expires", header: "Expires", width: 116, from: 620, text: ({ expiresAt }) => expiresAt, cell: ({ status, expiresAt }) => (status === "pending" ? <Time at={expiresAt} /> : null) },
    {
      id: "actions",
      header: "Actions",
      width: 44,
      minWidth: 44,
      plain: true,
      text: () => "",
      cell: (invitation, focusable) =>
        invitation.status === "pending" && may("user-management.invitation.revoke") ? (
          <IconButton icon="close" label={`Take back the invitation for ${forWhom(invitation)}`} tabIndex={focusable ? 0 : -1} onClick={() => setRevoking(invitation)} />
        ) : null,
    },
  ];

  return (
    <Loaded query={invitations} what="invitations" skeleton={<TableBones columns={[240, 90, 110, 150, 120]} />}>
      {(rows) => (
        <>
          {rows.length === 0 ? (
            <EmptyState icon="mail" title="No invitations yet" actions={<CommandButton command="people.invite" variant="primary" />}>
              <p>An invitation is a link. Whoever opens it joins this organization with the role you chose. It works once and expires by itself.</p>
            </EmptyState>
          ) : (
            <div className={styles.table}>
              <DataTable label="Invitations" name="invitations" rows={rows} rowId={rowId} columns={columns} rowHeight={36} sort={sort} onSort={setSort} />
            </div>
          )}
          <Confirm
            open={revoking !== null}
            onClose={() => setRevoking(null)}
            title={revoking?.email ? `Take back the invitation for ${revoking.email}?` : `Take back the invitation to the role ${revoking?.role ?? ""}?`}
            consequence={<p>The link stops working at once. You can make a new one at any time.</p>}
            action="Take back"
            onConfirm={async () => {
              if (revoking) await revoke.mutateAsync({ id: revoking.id });
              toast({ kind: "success", title: "The invitation was taken back" });
              await refresh();
            }}
          />
        </>
      )}
    </Loaded>
  );
}
