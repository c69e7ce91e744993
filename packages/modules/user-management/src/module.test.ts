import { userManagementPermissions } from "@coder/api/user-management";
import { loadConfig } from "@coder/shared/server";
import { describe, expect, it } from "vitest";
import { userManagementModule } from "./module.ts";

const SECRETS = { SESSION_SECRET: "s".repeat(32), SERVICE_TOKEN_SECRET: "t".repeat(32) };

describe("the manifest", () => {
  it("ships defaults that its schema accepts, and takes the setup code from the environment", async () => {
    const config = await loadConfig({ modules: [userManagementModule], env: { ...SECRETS, SETUP_CODE: "open sesame" } });
    expect(config.forModule("user-management").value).toMatchObject({ signUp: "invitation", setupCode: "open sesame", invitationLifetimeHours: 168 });
    await config.close();
  });

  it("gives the product's roles what their names promise", () => {
    const idsOf = (role: "owner" | "admin" | "member" | "auditor") => Object.entries(userManagementPermissions).flatMap(([id, { roles }]) => ([...roles].some((item) => item === role) ? [id] : []));
    expect(idsOf("owner")).toEqual(expect.arrayContaining(idsOf("admin")));
    for (const id of [...idsOf("member"), ...idsOf("auditor")]) expect(id).toMatch(/\.(read|leave)$/);
  });
});
