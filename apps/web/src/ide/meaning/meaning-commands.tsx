"use client";

import type { embeddingsPermissions } from "@coder/api/embeddings";
import { useCommands } from "#commands/registry.tsx";
import { useSession } from "#features/session/session.tsx";
import { isRunning, useFollowChanges, useIndex } from "./use-index.ts";

const CATEGORY = "Search by meaning";
export const INDEX_WRITE = "embeddings.index.write" satisfies keyof typeof embeddingsPermissions;

/** What can be done with the index, whether its view is shown or not. Draws nothing. */
export function MeaningCommands() {
  const { may } = useSession();
  return may("embeddings.search.use" satisfies keyof typeof embeddingsPermissions) ? <Commands /> : null;
}

function Commands() {
  const { index, start, cancel, remove } = useIndex();
  const { may } = useSession();
  const idle = may(INDEX_WRITE) && index !== undefined && !isRunning(index);
  const indexed = index !== undefined && index.indexedAt !== null;
  useFollowChanges(indexed);
  useCommands([
    { id: "meaning.index", title: indexed ? "Update the index" : "Index this project", category: CATEGORY, icon: "refresh", enabled: idle, run: () => start(false) },
    { id: "meaning.reindex", title: "Index every file anew", category: CATEGORY, enabled: idle && indexed, run: () => start(true) },
    { id: "meaning.cancel", title: "Cancel indexing", category: CATEGORY, icon: "stop-circle", enabled: cancel !== null, run: () => cancel?.() },
    { id: "meaning.remove", title: "Remove the index", category: CATEGORY, icon: "trash", enabled: idle && indexed, run: remove },
  ]);
  return null;
}
