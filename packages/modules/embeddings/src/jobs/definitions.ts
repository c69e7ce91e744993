import { ProjectIdSchema } from "@coder/api/workspace";
import { defineJob } from "@coder/shared";
import { z } from "zod";

/** Brings a project's index up to date with its files. */
export const indexProjectJob = defineJob("embeddings.project.index", z.object({ projectId: ProjectIdSchema }), {
  title: "Index a project",
  permission: "embeddings.index.write",
  attempts: 3,
  backoffMs: 5_000,
  concurrency: 2,
});
