"use client";

import type { Member } from "@coder/api/user-management";
import type { OrganizationRole } from "@coder/shared";
import { useMutation } from "@tanstack/react-query";
import { toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import { toast } from "#ui/toast.tsx";
import { usePatchMember } from "./use-people.ts";

/** What can be done with a member. Shown at once, taken back when the server refuses, and undone from the notice. */
export function useMemberActions() {
  const trpc = useTRPC();
  const { patch, refresh } = usePatchMember();
  const changeRole = useMutation(trpc.userManagement.changeMemberRole.mutationOptions());
  const suspend = useMutation(trpc.userManagement.suspendMember.mutationOptions());
  const reactivate = useMutation(trpc.userManagement.reactivateMember.mutationOptions());
  const remove = useMutation(trpc.userManagement.removeMember.mutationOptions());
  const revoke = useMutation(trpc.userManagement.revokeMemberSessions.mutationOptions());

  const optimistic = async (member: Member, change: Partial<Pick<Member, "role" | "status">>, send: () => Promise<unknown>, title: string, undo: (() => void) | null) => {
    const back = await patch(member.userId, change);
    try {
      await send();
      toast({ kind: "success", title, ...(undo ? { action: { label: "Undo", run: undo } } : {}) });
    } catch (error) {
      back();
      const { message, remedy } = toProblem(error);
      toast({ kind: "error", title: message, detail: remedy });
    } finally {
      void refresh();
    }
  };

  const setRole = (member: Member, role: OrganizationRole, isUndo = false): void => {
    if (role === member.role) return;
    const undo = () => setRole({ ...member, role }, member.role, true);
    void optimistic(member, { role }, () => changeRole.mutateAsync({ userId: member.userId, role }), `${member.name} is now ${role}`, isUndo ? null : undo);
  };
  const setStatus = (member: Member, status: Member["status"], isUndo = false): void => {
    const undo = () => setStatus({ ...member, status }, member.status, true);
    const mutation = status === "suspended" ? suspend : reactivate;
    const title = status === "suspended" ? `${member.name} is suspended` : `${member.name} has access again`;
    void optimistic(member, { status }, () => mutation.mutateAsync({ userId: member.userId }), title, isUndo ? null : undo);
  };

  return {
    setRole,
    setStatus,
    /** Cannot be undone: a new invitation is needed. Ask before. */
    remove: async (member: Member) => {
      await remove.mutateAsync({ userId: member.userId });
      await patch(member.userId, null);
      toast({ kind: "success", title: `${member.name} was removed` });
      void refresh();
    },
    /** Ask before. */
    signOut: async (member: Member) => {
      const { revoked } = await revoke.mutateAsync({ userId: member.userId });
      toast({ kind: "success", title: revoked === 1 ? `1 session of ${member.name} has ended` : `${revoked} sessions of ${member.name} have ended` });
    },
  };
}
