import { z } from "zod";
import type { ApiSamples } from "../contract-world.ts";

const ProjectSchema = z.looseObject({ id: z.string() });

export const samples: ApiSamples = (world) => {
  const inProject = async () => ({ projectId: (await world.askAs("owner", ProjectSchema, "POST", "/workspaces", { name: "Sample" })).id });
  return {
    "embeddings.startIndex": inProject,
    "embeddings.getIndex": inProject,
    "embeddings.deleteIndex": inProject,
    "embeddings.search": async () => ({ ...(await inProject()), query: "session" }),
  };
};

/** No worker runs here that would index anything. */
export const neverSucceeds: readonly string[] = ["embeddings.search"];
