import { z } from "zod";
import type { ApiSamples } from "../contract-world.ts";

const ProjectSchema = z.looseObject({ id: z.string() });
const ChangeSetSchema = z.looseObject({ id: z.string(), version: z.string(), files: z.array(z.looseObject({ id: z.string(), version: z.string() })), comments: z.array(z.looseObject({ id: z.string() })) });

export const samples: ApiSamples = (world) => {
  const inProject = async () => ({ projectId: (await world.askAs("owner", ProjectSchema, "POST", "/workspaces", { name: "Sample" })).id });
  const proposal = async () => ({
    ...(await inProject()), title: "Sample", reason: "For the contract", key: `sample-${crypto.randomUUID()}`, origin: { kind: "person", name: "Contract", version: "1" },
    files: [{ path: "src/sample.ts", kind: "create", baseHash: null, content: "export const sample = 1;\n" }],
  });
  const changeSet = async () => world.askAs("owner", ChangeSetSchema, "POST", "/execution/change-sets", await proposal());
  const ofSet = async () => ({ id: (await changeSet()).id });
  const ofFile = async () => {
    const { id, files: [file] } = await changeSet();
    return { id, fileId: file?.id, version: file?.version };
  };
  const accepted = async () => {
    const { id, fileId, version } = await ofFile();
    await world.askAs("owner", z.unknown(), "POST", `/execution/change-sets/${id}/decisions`, { decision: "accepted", targets: [{ fileId, version }] });
    return { id, version: (await world.askAs("owner", ChangeSetSchema, "GET", `/execution/change-sets/${id}`)).version };
  };
  const withFile = async () => {
    const { projectId } = await inProject();
    await world.askAs("owner", z.unknown(), "POST", `/workspaces/${projectId}/folders`, { path: "src" });
    return { projectId };
  };
  const checkpoint = async () => world.askAs("owner", ProjectSchema, "POST", "/execution/checkpoints", { ...(await withFile()), reason: "For the contract" });
  const restore = async () => {
    const { id } = await checkpoint();
    return world.askAs("owner", z.looseObject({ undo: ProjectSchema }), "POST", `/execution/checkpoints/${id}/restore`, {});
  };
  const run = async () => {
    const { projectId } = await inProject();
    await world.askAs("owner", z.unknown(), "POST", `/workspaces/${projectId}/folders`, { path: "run.sh" });
    return { projectId, target: { kind: "file", path: "run.sh" } };
  };
  const started = async () => ({ id: (await world.askAs("owner", ProjectSchema, "POST", "/execution/runs", await run())).id });
  return {
    "execution.listCheckpoints": inProject,
    "execution.createCheckpoint": async () => ({ ...(await withFile()), reason: "For the contract" }),
    "execution.previewRestore": async () => ({ id: (await checkpoint()).id }),
    "execution.restoreCheckpoint": async () => ({ id: (await checkpoint()).id }),
    "execution.undoRestore": async () => ({ id: (await restore()).undo.id }),
    "execution.listScripts": inProject,
    "execution.startRun": run,
    "execution.getRun": started,
    "execution.listRuns": inProject,
    "execution.cancelRun": started,
    "execution.watchRun": started,
    "execution.readOutput": started,
    "execution.createChangeSet": proposal,
    "execution.listChangeSets": inProject,
    "execution.getChangeSet": ofSet,
    "execution.getChangeFile": async () => {
      const { id, fileId } = await ofFile();
      return { id, fileId };
    },
    "execution.checkBases": ofSet,
    "execution.watchChangeSets": inProject,
    "execution.decideChanges": async () => {
      const { id, fileId, version } = await ofFile();
      return { id, decision: "accepted", targets: [{ fileId, version }] };
    },
    "execution.editProposal": async () => ({ ...(await ofFile()), content: "export const sample = 2;\n" }),
    "execution.addComment": async () => {
      const { id, fileId } = await ofFile();
      return { id, fileId, side: "proposal", line: 1, text: "Why one?" };
    },
    "execution.deleteComment": async () => {
      const { id, fileId } = await ofFile();
      const comment = await world.askAs("owner", ProjectSchema, "POST", `/execution/change-sets/${id}/comments`, { fileId, side: "proposal", line: 1, text: "Why one?" });
      return { id, commentId: comment.id };
    },
    "execution.validateChangeSet": ofSet,
    "execution.applyChangeSet": accepted,
    "execution.undoChangeSet": accepted,
    "execution.discardChangeSet": ofSet,
  };
};

/** No worker runs here that would apply anything, so there is nothing to take back. */
export const neverSucceeds: readonly string[] = ["execution.undoChangeSet"];
