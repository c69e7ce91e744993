import { z } from "zod";
import type { ApiSamples } from "../contract-world.ts";

const AnySchema = z.looseObject({});
const TrashSchema = z.object({ trashId: z.string() });
const ProjectSchema = z.looseObject({ id: z.string(), version: z.string() });

/** The end of a directory with nothing in it. */
const EMPTY_ZIP = Uint8Array.from([0x50, 0x4b, 0x05, 0x06, ...Array.from({ length: 18 }, () => 0)]);

export const samples: ApiSamples = (world) => {
  const project = () => world.askAs("owner", ProjectSchema, "POST", "/workspaces", { name: "Sample" });
  const deleted = async () => {
    const { id } = await project();
    await world.askAs("owner", ProjectSchema, "DELETE", `/workspaces/${id}`);
    return { id };
  };
  const some = async () => ({ id: (await project()).id });
  const inProject = async () => ({ projectId: (await project()).id });
  const withFolder = async () => {
    const { projectId } = await inProject();
    await world.askAs("owner", AnySchema, "POST", `/workspaces/${projectId}/folders`, { path: "a" });
    return { projectId };
  };
  const withFile = async () => {
    const { projectId } = await inProject();
    const { token } = await world.signIn("owner");
    const url = `${world.url}/api/v1/workspaces/${projectId}/file?path=f&base=none`;
    await fetch(url, { method: "PUT", body: "content", headers: { authorization: `Bearer ${token}`, "content-type": "application/octet-stream", "x-forwarded-for": world.address() } });
    return { projectId };
  };
  return {
    "workspace.listFolder": inProject,
    "workspace.getEntry": async () => ({ ...(await withFolder()), path: "a" }),
    "workspace.createFolder": async () => ({ ...(await inProject()), path: "a" }),
    "workspace.moveEntries": async () => ({ ...(await withFolder()), moves: [{ from: "a", to: "b" }] }),
    "workspace.copyEntries": async () => ({ ...(await withFolder()), copies: [{ from: "a", to: "b" }] }),
    "workspace.deleteEntries": async () => ({ ...(await withFolder()), paths: ["a"] }),
    "workspace.listTrash": inProject,
    "workspace.emptyTrash": inProject,
    "workspace.restoreEntries": async () => {
      const { projectId } = await withFolder();
      return { projectId, ...(await world.askAs("owner", TrashSchema, "POST", `/workspaces/${projectId}/trash`, { paths: ["a"] })) };
    },
    "workspace.readFile": async () => ({ ...(await withFile()), path: "f" }),
    "workspace.writeFile": async () => ({ ...(await inProject()), path: "f", base: "none", bytes: new TextEncoder().encode("content") }),
    "workspace.saveBuffer": async () => ({ ...(await inProject()), path: "f", baseHash: null, revision: 0, change: { text: "unsaved" } }),
    "workspace.listBuffers": inProject,
    "workspace.discardBuffer": async () => ({ ...(await inProject()), path: "f" }),
    "workspace.getLayout": inProject,
    "workspace.putLayout": async () => ({ ...(await inProject()), layout: { columns: [] } }),
    "workspace.findFiles": inProject,
    "workspace.searchOnce": async () => ({ ...(await withFile()), query: "content" }),
    "workspace.searchText": async () => ({ ...(await withFile()), query: "content" }),
    "workspace.watchProject": inProject,
    "workspace.gitStatus": inProject,
    "workspace.importArchive": () => ({ fileName: "sample.zip", bytes: EMPTY_ZIP }),
    "workspace.importGit": () => ({ url: "https://git.invalid/group/repository.git" }),
    "workspace.getProject": some,
    "workspace.renameProject": async () => ({ ...(await project()), name: "Another" }),
    "workspace.deleteProject": some,
    "workspace.restoreProject": deleted,
    "workspace.purgeProject": deleted,
    "workspace.exportArchive": async () => ({ projectId: (await project()).id }),
  };
};

/** Imports that failed, folders of the server and repositories, which only an import brings, have tests of their own. */
export const neverSucceeds: readonly string[] = ["workspace.gitDiff", "workspace.gitLog", "workspace.importFolder", "workspace.retryImport"];
