import { z } from "zod";
import type { ApiSamples } from "../contract-world.ts";

const ProjectSchema = z.looseObject({ id: z.string() });
const StartedSchema = z.looseObject({ generation: z.looseObject({ id: z.string() }) });

/** A type is all that test data needs. */
const SOURCE = "export interface Sample { id: number; name: string }\n";
const FORM = { generator: "test-data", input: { tables: [{ type: "Sample", rows: 3 }] } };

export const samples: ApiSamples = (world) => {
  const inProject = async () => {
    const { id: projectId } = await world.askAs("owner", ProjectSchema, "POST", "/workspaces", { name: "Sample" });
    const { token } = await world.signIn("owner");
    const url = `${world.url}/api/v1/workspaces/${projectId}/file?path=sample.ts&base=none`;
    await fetch(url, { method: "PUT", body: SOURCE, headers: { authorization: `Bearer ${token}`, "content-type": "application/octet-stream", "x-forwarded-for": world.address() } });
    return { projectId };
  };
  const started = async () => {
    const { projectId } = await inProject();
    return { id: (await world.askAs("owner", StartedSchema, "POST", `/generate/${projectId}/generations`, FORM)).generation.id };
  };
  const withForm = async () => ({ ...(await inProject()), ...FORM });
  return {
    "codeGeneration.listGenerators": () => ({}),
    "codeGeneration.describeTarget": inProject,
    "codeGeneration.readSentence": async () => ({ ...(await inProject()), sentence: "3 samples" }),
    "codeGeneration.previewGeneration": withForm,
    "codeGeneration.startGeneration": withForm,
    "codeGeneration.listGenerations": inProject,
    "codeGeneration.getGeneration": started,
    "codeGeneration.cancelGeneration": started,
  };
};
