import { definePermissions } from "@coder/shared";

export const embeddingsPermissions = definePermissions({
  "embeddings.index.read": { description: "See what is indexed for search by meaning", roles: ["owner", "admin", "member"] },
  "embeddings.index.write": { description: "Index projects and remove their index", roles: ["owner", "admin", "member"] },
  "embeddings.search.use": { description: "Search projects by meaning", roles: ["owner", "admin", "member"] },
  "embeddings.endpoint.read": { description: "Test the embeddings endpoint", roles: ["owner", "admin"] },
});
