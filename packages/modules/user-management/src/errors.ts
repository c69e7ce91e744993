import { AppError, type OrganizationRole } from "@coder/shared";

// The module's codes. Clients match on them, so they stay.

export function memberNotFound(): AppError {
  return new AppError("not_found", "member_not_found", "There is no such member in this organization.", { remedy: "Open the list of members again." });
}

export function organizationNotFound(): AppError {
  return new AppError("not_found", "organization_not_found", "There is no such organization.", { remedy: "Choose one of your organizations." });
}

export function userNotFound(): AppError {
  return new AppError("not_found", "user_not_found", "There is no such person.", { remedy: "Check the id." });
}

export function lastOwner(): AppError {
  return new AppError("conflict", "last_owner", "This is the organization's last owner.", { remedy: "Make another member an owner first." });
}

export function ownerProtected(): AppError {
  return new AppError("forbidden", "owner_protected", "Only an owner can make somebody an owner, or change one.", { remedy: "Ask an owner of the organization." });
}

export function grantsMoreThanHeld(role: OrganizationRole, missing: readonly string[]): AppError {
  return new AppError("forbidden", "grants_more_than_held", `The role ${role} includes permissions that you do not have.`, {
    remedy: "Ask somebody who has them.",
    details: { missing },
  });
}

export function permissionMissing(permission: string): AppError {
  return new AppError("forbidden", "permission_missing", "You may not do this.", { remedy: "Ask an owner of your organization for a role that includes it.", details: { permission } });
}

export function permissionUnknown(permission: string): AppError {
  return new AppError("not_found", "permission_unknown", `There is no permission ${permission}.`, { remedy: "See the list of roles for what there is." });
}

export function notAMember(): AppError {
  return new AppError("forbidden", "not_a_member", "You do not belong to this organization any more.", { remedy: "Choose one of your organizations." });
}

export function ownMembership(): AppError {
  return new AppError("conflict", "own_membership", "You cannot suspend yourself.", { remedy: "Leave the organization instead, or ask another administrator." });
}

export function limitReached(what: string, limit: number): AppError {
  return new AppError("conflict", "limit_reached", `The limit of ${limit} ${what} is reached.`, { remedy: "Ask whoever runs this installation to raise it in the settings.", details: { limit } });
}

export function concurrentChange(): AppError {
  return new AppError("conflict", "concurrent_change", "Too many changes of this organization happen at once.", { remedy: "Try again in a moment." });
}

export function versionConflict(sent: string, current: object): AppError {
  return new AppError("conflict", "version_conflict", "Somebody else changed this in the meantime.", { remedy: "Load it again and repeat the change.", details: { sent, current } });
}

export type InvitationFault = "unknown" | "expired" | "used" | "revoked" | "other_email" | "inviter";
const FAULT_TEXT: Record<InvitationFault, string> = {
  unknown: "There is no such invitation.",
  expired: "The invitation has expired.",
  used: "The invitation was already used.",
  revoked: "The invitation was taken back.",
  other_email: "The invitation is for another e-mail address.",
  inviter: "Whoever made the invitation may no longer invite people to this role.",
};

export function invitationInvalid(reason: InvitationFault): AppError {
  return new AppError("not_found", "invitation_invalid", FAULT_TEXT[reason], { remedy: "Ask for a new invitation.", details: { reason } });
}

export function invitationNotFound(): AppError {
  return new AppError("not_found", "invitation_not_found", "There is no such invitation in this organization.", { remedy: "Open the list of invitations again." });
}

export function invitationSettled(status: string): AppError {
  return new AppError("conflict", "invitation_settled", `The invitation is ${status} and cannot be taken back.`, { remedy: "Remove the member instead, if somebody joined with it.", details: { status } });
}

export function alreadyMember(): AppError {
  return new AppError("conflict", "already_member", "You belong to this organization already.", { remedy: "Choose it from your organizations." });
}

export function stillMember(): AppError {
  return new AppError("conflict", "still_member", "This person still belongs to an organization.", { remedy: "Remove them from their organizations first." });
}

export function signUpClosed(): AppError {
  return new AppError("forbidden", "sign_up_closed", "New accounts need an invitation here.", { remedy: "Ask an owner or administrator for an invitation link." });
}

export function setupCodeWrong(): AppError {
  return new AppError("forbidden", "setup_code_wrong", "The first account needs the setup code.", { remedy: "Enter the code that is printed in the terminal where the product was started." });
}

export function setupCodeUnset(): AppError {
  return new AppError("forbidden", "setup_code_unset", "The installation can be reached by others, and no setup code is set for the first account.", {
    remedy: "Start it with the environment variable SETUP_CODE, or on 127.0.0.1 without PUBLIC_URL.",
  });
}

export function queryTooBroad(limit: number): AppError {
  return new AppError("invalid", "query_too_broad", `The query would read more than ${limit} people.`, { remedy: "Ask by id or e-mail address.", details: { limit } });
}
