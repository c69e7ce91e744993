import type { OrganizationRole } from "@coder/shared";

export const ROLE_NAMES: Record<OrganizationRole, string> = { owner: "Owner", admin: "Admin", member: "Member", auditor: "Auditor" };

/** What each role is for, in a line. The exact permissions are on the page of roles. */
export const ROLE_HELP: Record<OrganizationRole, string> = {
  owner: "Everything, and decides who else owns it",
  admin: "Manages people and reads the audit log",
  member: "Works in the organization",
  auditor: "Reads everything that is recorded, changes nothing",
};
