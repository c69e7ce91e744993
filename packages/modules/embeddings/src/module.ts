import { aiServiceClient } from "@coder/api/ai-service/router";
import { dashboardClient } from "@coder/api/dashboard/router";
import { embeddingsPermissions } from "@coder/api/embeddings";
import { embeddingsRef, embeddingsRouter } from "@coder/api/embeddings/router";
import { filesChangedEvent, projectDeletedEvent, projectPurgedEvent } from "@coder/api/workspace";
import { workspaceClient } from "@coder/api/workspace/router";
import { databaseResource, ExactVectorStore } from "@coder/db";
import { defineModule, handleEvent, handleJob } from "@coder/shared/server";
import { EmbeddingsConfigSchema } from "./config.ts";
import { EmbeddingsService } from "./EmbeddingsService.ts";
import { indexEntity, segmentEntity, segmentPartEntity, vectorEntity } from "./entities.ts";
import { Forgetting } from "./indexing/Forgetting.ts";
import { ProjectEvents } from "./indexing/ProjectEvents.ts";
import { RunRequests } from "./indexing/RunRequests.ts";
import { indexProjectJob } from "./jobs/definitions.ts";
import { IndexSearch } from "./search/IndexSearch.ts";
import { IndexRows } from "./store/IndexRows.ts";
import { SegmentStore } from "./store/SegmentStore.ts";
import { IndexThreads } from "./threads/IndexThreads.ts";

export const embeddingsModule = defineModule({
  name: "embeddings",
  description: "Search by meaning in the code of projects, and the index that it stands on",
  port: 3005,
  apiBase: ["/api/v1/embeddings"],
  service: embeddingsRef,
  router: embeddingsRouter,
  needs: ["workspace", "dashboard", "ai-service"],
  permissions: embeddingsPermissions,
  tablePrefix: "embeddings_",
  entities: [indexEntity, segmentEntity, segmentPartEntity, vectorEntity],
  config: { schema: EmbeddingsConfigSchema, defaults: new URL("../config/default.yaml", import.meta.url) },
  resources: { database: databaseResource },

  setup({ config, client, jobs, resources: { database } }) {
    const now = () => new Date();
    const workspace = client(workspaceClient);
    const egress = client(aiServiceClient);
    const rows = new IndexRows({ database, now });
    const segments = new SegmentStore({ database, now });
    const vectors = new ExactVectorStore({ database, entity: vectorEntity, memoryBytes: () => config.value.limits.memoryBytes });
    const requests = new RunRequests({ rows, jobs, now });
    const forgetting = new Forgetting({ rows, segments, vectors, requests });
    const threads = new IndexThreads();
    const search = new IndexSearch({ rows, segments, config });
    const projects = new ProjectEvents({ rows, requests, forgetting, now });
    return {
      service: new EmbeddingsService({ admitJob: async (caller) => void (await client(dashboardClient)(caller).admitJob({})), rows, requests, forgetting, search, vectors, workspace, egress, config }),
      jobs: [
        handleJob(indexProjectJob, async () =>
          (await import("./jobs/index-project.handler.ts")).indexProjectHandler({
            rows, segments, vectors, workspace, egress, threads, config, now, forget: (caller, projectId) => forgetting.forget(caller, projectId),
          }),
        ),
      ],
      events: [
        handleEvent(filesChangedEvent, ({ caller, payload }) => projects.filesChanged(caller, payload.projectId)),
        handleEvent(projectDeletedEvent, ({ caller, payload }) => projects.projectDeleted(caller, payload.projectId)),
        handleEvent(projectPurgedEvent, ({ caller, payload }) => projects.projectPurged(caller, payload.projectId)),
      ],
      stop: async () => void (await Promise.all([search.stop(), threads.stop()])),
    };
  },
});
