"use client";

import type { ProjectId } from "@coder/api/workspace";
import { useCallback } from "react";
import { z } from "zod";
import { Store, useStorePart } from "#lib/store.ts";
import { useIde } from "../ide-context.ts";
import { useKept } from "../use-kept.ts";

/** Longer ones are there as long as the page is: what is kept of the views has a limit. */
const MAX_KEPT = 8_000;
const KeptSchema = z.object({ text: z.string() });
const NOTHING = { text: "" };

const drafts = new Store<ReadonlyMap<ProjectId, string>>(new Map());

/** What is typed and not sent. It outlives the list of conversations, another view in its place, and a reload. */
export function useDraft(): readonly [text: string, write: (text: string) => void] {
  const { projectId } = useIde();
  const [kept, keep] = useKept("chat-draft", KeptSchema, NOTHING);
  const here = useStorePart(drafts, (all) => all.get(projectId));
  const write = useCallback(
    (text: string) => {
      drafts.update((all) => new Map(all).set(projectId, text));
      keep({ text: text.length <= MAX_KEPT ? text : "" });
    },
    [projectId, keep],
  );
  return [here ?? kept.text, write];
}
