"use client";

import type { Member } from "@coder/api/user-management";
import { ORGANIZATION_ROLES } from "@coder/shared";
import { useMemo, useRef, useState } from "react";
import { Loaded, type QueryLike } from "#api/loaded.tsx";
import { useSession } from "#features/session/session.tsx";
import { plural } from "#lib/time.ts";
import { useUrlParam } from "#lib/use-url-param.ts";
import { Badge, Status } from "#ui/badge.tsx";
import { Button, IconButton } from "#ui/button.tsx";
import { Confirm } from "#ui/dialog.tsx";
import { Menu, MenuChoice, MenuItem, MenuSeparator } from "#ui/menu.tsx";
import { Split, SplitMain, Toolbar } from "#ui/page.tsx";
import { EmptyState } from "#ui/states.tsx";
import type { Column, Sort } from "#ui/table/column.ts";
import { DataTable } from "#ui/table/data-table.tsx";
import { FilterField } from "#ui/table/filter-field.tsx";
import { type FilterKey, formatFilter, matchesText, parseFilter, valuesOf } from "#ui/table/filter.ts";
import { TableBones } from "#ui/table/table-bones.tsx";
import textStyles from "#ui/text.module.css";
import { Avatar, Middle, Time } from "#ui/values.tsx";
import { MemberSheet } from "./member-sheet.tsx";
import styles from "./people.module.css";
import { ROLE_HELP, ROLE_NAMES } from "./roles.ts";
import { useMemberActions } from "./use-member-actions.ts";

const FILTER_KEYS: readonly FilterKey[] = [
  { key: "role", description: "What the person may do", values: ORGANIZATION_ROLES.map((role) => ({ value: role, description: ROLE_HELP[role] })) },
  { key: "status", description: "Whether the person has access", values: [{ value: "active" }, { value: "suspended" }] },
];

const rowId = (member: Member) => member.userId;

export function MembersTab({ members }: { readonly members: QueryLike<readonly Member[]> }) {
  const [filterText, setFilterText] = useUrlParam("q");
  const [openId, setOpenId] = useUrlParam("member");
  const [sort, setSort] = useState<Sort | null>(null);
  const [removing, setRemoving] = useState<Member | null>(null);
  const [signingOut, setSigningOut] = useState<Member | null>(null);
  const actions = useMemberActions();
  const { organization } = useSession();
  const table = useRef<HTMLDivElement>(null);
  const filter = useMemo(() => parseFilter(filterText ?? "", FILTER_KEYS), [filterText]);
  const columns = useColumns({ onRemove: setRemoving, onSignOut: setSigningOut });
  const close = () => {
    setOpenId(null);
    table.current?.querySelector<HTMLElement>("[role=grid]")?.focus();
  };

  return (
    <Loaded query={members} what="members" skeleton={<TableBones columns={[220, 240, 90, 90, 100]} />}>
      {(all) => {
        const roles = valuesOf(filter, "role");
        const states = valuesOf(filter, "status");
        const rows = all.filter(
          (member) =>
            (roles.length === 0 || roles.includes(member.role)) && (states.length === 0 || states.includes(member.status)) && matchesText(filter.text, member.name, member.email),
        );
        const opened = all.find((member) => member.userId === openId);
        return (
          <Split>
            <SplitMain>
              <Toolbar note={rows.length === all.length ? null : `${rows.length} of ${plural(all.length, "member", "members")}`}>
                <FilterField label="Filter members" placeholder="Filter by name or address, or role:admin" keys={FILTER_KEYS} value={filter} onChange={(next) => setFilterText(formatFilter(next))} />
              </Toolbar>
              {rows.length === 0 ? (
                <EmptyState icon="search" title="Nobody matches" actions={<Button onClick={() => setFilterText(null)}>Clear the filter</Button>}>
                  <p>{all.length === 1 ? "There is one member." : `There are ${all.length} members.`}</p>
                </EmptyState>
              ) : (
                <div ref={table} className={styles.table}>
                  <DataTable
                    label="Members"
                    name="members"
                    rows={rows}
                    rowId={rowId}
                    columns={columns}
                    rowHeight={36}
                    sort={sort}
                    onSort={setSort}
                    openId={openId}
                    onOpen={(member) => setOpenId(member.userId, openId === null ? "push" : "replace")}
                    onClose={close}
                  />
                </div>
              )}
            </SplitMain>
            {opened ? <MemberSheet member={opened} onClose={close} onRemove={() => setRemoving(opened)} onSignOut={() => setSigningOut(opened)} /> : null}
            <Confirm
              open={removing !== null}
              onClose={() => setRemoving(null)}
              title={`Remove ${removing?.name ?? ""} from ${organization?.name ?? ""}?`}
              consequence={<p>They lose access at once. To come back they need a new invitation. What they made stays.</p>}
              action="Remove"
              onConfirm={async () => {
                if (removing) await actions.remove(removing);
                setOpenId(null);
              }}
            />
            <Confirm
              open={signingOut !== null}
              onClose={() => setSigningOut(null)}
              title={`Sign ${signingOut?.name ?? ""} out everywhere?`}
              consequence={<p>All their sessions end at once, on every device. They can sign in again with their password.</p>}
              action="Sign out everywhere"
              onConfirm={async () => {
                if (signingOut) await actions.signOut(signingOut);
              }}
            />
          </Split>
        );
      }}
    </Loaded>
  );
}

interface RowActions {
  readonly onRemove: (member: Member) => void;
  readonly onSignOut: (member: Member) => void;
}

function useColumns({ onRemove, onSignOut }: RowActions): readonly Column<Member>[] {
  const { user } = useSession();
  return [
    {
      id: "name",
      header: "Name",
      width: 240,
      minWidth: 120,
      grow: true,
      text: (member) => member.name,
      cell: (member) => (
        <span className={styles.person}>
          <Avatar name={member.name} image={member.image} />
          <Middle text={member.name} />
          {member.userId === user.id ? <Badge>you</Badge> : null}
        </span>
      ),
    },
    { id: "email", header: "E-mail address", width: 240, from: 640, text: (member) => member.email, cell: (member) => <Middle text={member.email} /> },
    {
      id: "role",
      header: "Role",
      width: 104,
      text: (member) => member.role,
      sortBy: (member) => ORGANIZATION_ROLES.indexOf(member.role),
      cell: (member, focusable) => <RoleMenu member={member} focusable={focusable} />,
    },
    {
      id: "status",
      header: "Status",
      width: 116,
      from: 520,
      text: (member) => member.status,
      cell: (member) => (member.status === "active" ? <Status tone="success">Active</Status> : <Status tone="idle">Suspended</Status>),
    },
    { id: "joined", header: "Joined", width: 132, from: 900, text: (member) => member.joinedAt, cell: (member) => <Time at={member.joinedAt} /> },
    {
      id: "seen",
      header: "Last seen",
      width: 132,
      from: 780,
      text: (member) => member.lastSeenAt ?? "",
      cell: (member) => (member.lastSeenAt === null ? <span className={textStyles.dim}>unknown</span> : <Time at={member.lastSeenAt} />),
    },
    {
      id: "actions",
      header: "Actions",
      width: 44,
      minWidth: 44,
      plain: true,
      text: () => "",
      cell: (member, focusable) => <MemberMenu member={member} focusable={focusable} onRemove={() => onRemove(member)} onSignOut={() => onSignOut(member)} />,
    },
  ];
}

function RoleMenu({ member, focusable }: { readonly member: Member; readonly focusable: boolean }) {
  const { may } = useSession();
  const { setRole } = useMemberActions();
  if (!may("user-management.member.update")) return <span>{ROLE_NAMES[member.role]}</span>;
  return (
    <Menu
      label={`Role of ${member.name}`}
      align="start"
      trigger={
        <button type="button" className={styles.roleButton} tabIndex={focusable ? 0 : -1} aria-label={`Role of ${member.name}: ${ROLE_NAMES[member.role]}. Change`}>
          {ROLE_NAMES[member.role]}
          <span className="codicon codicon-chevron-down" aria-hidden="true" />
        </button>
      }
    >
      <MenuChoice label="Role" value={member.role} options={ORGANIZATION_ROLES.map((role) => ({ value: role, label: ROLE_NAMES[role], help: ROLE_HELP[role] }))} onChoose={(role) => setRole(member, role)} />
    </Menu>
  );
}

interface MemberMenuProps {
  readonly member: Member;
  readonly focusable: boolean;
  readonly onRemove: () => void;
  readonly onSignOut: () => void;
}

function MemberMenu({ member, focusable, onRemove, onSignOut }: MemberMenuProps) {
  const { may, user } = useSession();
  const { setStatus } = useMemberActions();
  const self = member.userId === user.id;
  const update = may("user-management.member.update") && !self;
  const remove = may("user-management.member.remove") && !self;
  const signOut = may("user-management.session.revoke") && !self;
  if (!update && !remove && !signOut) return null;
  return (
    <Menu label={`Actions for ${member.name}`} trigger={<IconButton icon="ellipsis" label={`Actions for ${member.name}`} tabIndex={focusable ? 0 : -1} />}>
      {update && member.status === "active" ? (
        <MenuItem icon="circle-slash" onSelect={() => setStatus(member, "suspended")}>
          Suspend
        </MenuItem>
      ) : null}
      {update && member.status === "suspended" ? (
        <MenuItem icon="check" onSelect={() => setStatus(member, "active")}>
          Give access back
        </MenuItem>
      ) : null}
      {signOut ? (
        <MenuItem icon="sign-out" onSelect={onSignOut}>
          Sign out everywhere…
        </MenuItem>
      ) : null}
      {remove ? (
        <>
          <MenuSeparator />
          <MenuItem icon="trash" danger onSelect={onRemove}>
            Remove from the organization…
          </MenuItem>
        </>
      ) : null}
    </Menu>
  );
}
