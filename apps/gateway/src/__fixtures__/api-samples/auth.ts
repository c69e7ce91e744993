import { PASSWORD, type ApiSamples } from "../contract-world.ts";

export const samples: ApiSamples = (world) => ({
  "auth.signUp": async () => ({ email: world.freshEmail(), password: PASSWORD, name: "Somebody", invitationToken: (await world.invite("member")).token }),
  // Wrong passwords lock an account, so it is nobody's whom the check signs in as.
  "auth.signIn": async () => ({ email: (await world.join("member")).email, password: PASSWORD }),
  "auth.revokeSession": async (role) => ({ id: (await world.signIn(role?.name ?? "owner")).sessionId }),
  "auth.switchOrganization": async (role) => ({ organizationId: (await world.signIn(role?.name ?? "owner")).organizationId }),
});

/** A changed password has tests of its own. */
export const neverSucceeds: readonly string[] = ["auth.changePassword"];
