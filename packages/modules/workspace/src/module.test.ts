import { workspacePermissions } from "@coder/api/workspace";
import { loadConfig } from "@coder/shared/server";
import { describe, expect, it } from "vitest";
import * as jobs from "./jobs/definitions.ts";
import { workspaceModule } from "./module.ts";

const SECRETS = { SESSION_SECRET: "s".repeat(32), SERVICE_TOKEN_SECRET: "t".repeat(32) };

describe("the manifest", () => {
  it("ships defaults that its schema accepts: no folder of the server, no private host", async () => {
    const config = await loadConfig({ modules: [workspaceModule], env: SECRETS });
    expect(config.forModule("workspace").value).toMatchObject({ import: { folderRoots: [], allowedPrivateHosts: [] }, retention: { deletedProjectDays: 30 }, files: { maxOpenBytes: 50 * 1024 ** 2 } });
    await config.close();
  });

  it("takes folders and hosts from the environment alone, never from the database", async () => {
    const config = await loadConfig({ modules: [workspaceModule], env: { ...SECRETS, CODER_WORKSPACE__IMPORT__FOLDER_ROOTS: "/srv/code,/home/ann" } });
    expect(config.forModule("workspace").value).toMatchObject({ import: { folderRoots: ["/srv/code", "/home/ann"] } });
    for (const key of ["folderRoots", "allowedPrivateHosts"]) expect(config.catalogue().get(`workspace.import.${key}`)?.settable).toBe(false);
    await config.close();
  });

  it("gives the product's roles what their names promise", () => {
    const idsOf = (role: "owner" | "admin" | "member" | "auditor") => Object.entries(workspacePermissions).flatMap(([id, { roles }]) => ([...roles].some((item) => item === role) ? [id] : []));
    expect(idsOf("auditor")).toEqual(["workspace.project.read"]);
    expect(idsOf("owner")).toEqual(idsOf("admin"));
    expect(idsOf("owner").filter((id) => !idsOf("member").includes(id))).toEqual(["workspace.project.purge"]);
    expect(workspacePermissions["workspace.folder.import"]).toMatchObject({ roles: [], installation: true });
  });

  it("has a title for every job, and asks again whether who started an import still may", () => {
    for (const { name, options } of Object.values(jobs)) expect([name, options.title]).toEqual([expect.stringMatching(/^workspace\./), expect.any(String)]);
    expect(jobs.importProjectJob.options).toMatchObject({ permission: "workspace.project.create", attempts: 1 });
    expect(jobs.importFolderJob.options).toMatchObject({ permission: "workspace.folder.import", attempts: 1 });
  });
});
