import { z } from "zod";
import type { ApiSamples } from "../contract-world.ts";

const VersionSchema = z.object({ version: z.string() });

export const samples: ApiSamples = (world) => {
  const spare = async () => ({ userId: (await world.join("member")).userId });
  return {
    "userManagement.updateProfile": async (role) => ({ ...(await world.askAs(role?.name ?? "owner", VersionSchema, "GET", "/users/me")), name: "Another" }),
    "userManagement.renameOrganization": async () => ({ ...(await world.askAs("owner", VersionSchema, "GET", "/users/organization")), name: "Another" }),
    "userManagement.changeMemberRole": async () => ({ ...(await spare()), role: "auditor" }),
    "userManagement.removeMember": spare,
    "userManagement.suspendMember": spare,
    "userManagement.reactivateMember": spare,
    "userManagement.listMemberSessions": spare,
    "userManagement.revokeMemberSessions": spare,
    "userManagement.createInvitation": () => ({ role: "member" }),
    "userManagement.revokeInvitation": async () => ({ id: (await world.invite("member")).id }),
    "userManagement.describeInvitation": async () => ({ token: (await world.invite("member")).token }),
    "userManagement.explainPermission": () => ({ permission: "auth.session.read" }),
  };
};

/** A second organization has tests of its own. */
export const neverSucceeds: readonly string[] = ["userManagement.acceptInvitation"];
