"use client";

import { useState } from "react";
import { useCommands } from "#commands/registry.tsx";
import { CommandButton } from "#commands/command-controls.tsx";
import { useSession } from "#features/session/session.tsx";
import { useUrlParam } from "#lib/use-url-param.ts";
import { TabbedPage } from "#ui/tabs.tsx";
import { InvitationsTab } from "./invitations-tab.tsx";
import { InviteDialog } from "./invite-dialog.tsx";
import { MembersTab } from "./members-tab.tsx";
import { RenameDialog } from "./rename-dialog.tsx";
import { RolesTab } from "./roles-tab.tsx";
import { useInvitations, useMembers } from "./use-people.ts";

type Tab = "members" | "invitations" | "roles";

/** Who belongs to the organization, with which role, and who is about to. */
export function PeoplePage() {
  const { may } = useSession();
  const [tab, setTab] = useUrlParam("tab");
  const [inviting, setInviting] = useState(false);
  const [renaming, setRenaming] = useState(false);
  const members = useMembers();
  const invitations = useInvitations();
  const pending = invitations.data?.filter(({ status }) => status === "pending").length;

  useCommands([
    { id: "people.invite", title: "Invite somebody", category: "People", icon: "add", keys: "mod+i", when: (context) => context.may("user-management.invitation.create"), run: () => setInviting(true) },
    { id: "organization.rename", title: "Rename the organization", category: "People", icon: "edit", when: (context) => context.may("user-management.organization.update"), run: () => setRenaming(true) },
  ]);

  const tabs: readonly { readonly value: Tab; readonly label: string; readonly count?: number | undefined }[] = [
    { value: "members", label: "Members", count: members.data?.length },
    ...(may("user-management.invitation.read") ? [{ value: "invitations" as const, label: "Invitations", count: pending }] : []),
    ...(may("user-management.role.read") ? [{ value: "roles" as const, label: "Roles" }] : []),
  ];
  const shown = tabs.find(({ value }) => value === tab)?.value ?? "members";

  return (
    <TabbedPage
      title="People"
      value={shown}
      onChange={(value) => setTab(value === "members" ? null : value, "push")}
      tabs={tabs}
      actions={
        <>
          <CommandButton command="organization.rename" title="Rename organization" variant="quiet" />
          <CommandButton command="people.invite" title="Invite" variant="primary" />
        </>
      }
    >
      {shown === "members" ? <MembersTab members={members} /> : shown === "invitations" ? <InvitationsTab invitations={invitations} /> : <RolesTab />}
      <InviteDialog open={inviting} onClose={() => setInviting(false)} />
      <RenameDialog open={renaming} onClose={() => setRenaming(false)} />
    </TabbedPage>
  );
}
