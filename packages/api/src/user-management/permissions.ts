import { definePermissions } from "@coder/shared";

export const userManagementPermissions = definePermissions({
  "user-management.profile.read": { description: "See one's own profile and organizations", roles: [], self: true },
  "user-management.profile.update": { description: "Change one's own profile and preferences", roles: [], self: true },
  "user-management.organization.read": { description: "See the organization's name", roles: ["owner", "admin", "member", "auditor"] },
  "user-management.organization.update": { description: "Rename the organization", roles: ["owner", "admin"] },
  "user-management.organization.list": { description: "See which organizations the installation has, and how many people belong to each", roles: [], installation: true },
  "user-management.organization.leave": { description: "Leave the organization", roles: ["owner", "admin", "member", "auditor"] },
  "user-management.member.read": { description: "See who belongs to the organization and with which role", roles: ["owner", "admin", "member", "auditor"] },
  "user-management.member.update": { description: "Change members' roles, suspend and reactivate them", roles: ["owner", "admin"] },
  "user-management.member.remove": { description: "Remove members from the organization", roles: ["owner", "admin"] },
  "user-management.invitation.read": { description: "See invitations", roles: ["owner", "admin", "auditor"] },
  "user-management.invitation.create": { description: "Invite people", roles: ["owner", "admin"] },
  "user-management.invitation.revoke": { description: "Take invitations back", roles: ["owner", "admin"] },
  "user-management.invitation.accept": { description: "Join an organization by invitation", roles: [], self: true },
  "user-management.role.read": { description: "See what each role may do, and why somebody may or may not do something", roles: ["owner", "admin", "member", "auditor"] },
  "user-management.session.read": { description: "See where members are signed in", roles: ["owner", "admin"] },
  "user-management.session.revoke": { description: "Sign members out", roles: ["owner", "admin"] },
});
