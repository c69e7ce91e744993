import type { Egress } from "@coder/api/ai-service";
import type { aiServiceRouter } from "@coder/api/ai-service/router";
import type { Caller } from "@coder/shared";
import type { IRequestNotes } from "@coder/shared/server";
import type { ServiceClient } from "@coder/shared/trpc";

export type EgressClient = ServiceClient<typeof aiServiceRouter>;

/** For whom and why the endpoint is asked. */
export interface Errand extends Pick<Egress, "projectId"> {
  readonly caller: Caller;
  readonly purpose: "index" | "search" | "probe";
}

/** Writes requests to the embeddings endpoint into the ledger of what left the product. */
export function egressNotes(egress: EgressClient, { caller, purpose, projectId }: Errand, model: string, secrets: number): IRequestNotes {
  const client = egress(caller);
  return {
    begin: async (note) => void (await client.noteEgress({ ...note, endpoint: "embeddings", model, purpose, projectId, secrets })),
    end: async (end) => void (await client.endEgress(end)),
  };
}
