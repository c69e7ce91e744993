import type { ChangeSetId, Comment } from "@coder/api/execution";
import { z } from "zod";
import { readSession, writeSession } from "#lib/storage.ts";

const KeptSchema = z.record(z.string(), z.string());
export type CommentPlace = Pick<Comment, "fileId" | "side" | "line">;

function keyOf({ fileId, side, line }: CommentPlace): string {
  return `${fileId}:${side}:${line}`;
}

/** Comments on a change set that are being written: they outlive a look at another line, file or tab, and a reload. */
export class CommentDrafts {
  readonly #key: string;
  readonly #texts: Map<string, string>;

  constructor(id: ChangeSetId) {
    this.#key = `review-comments:${id}`;
    this.#texts = new Map(Object.entries(KeptSchema.safeParse(readSession(this.#key)).data ?? {}));
  }

  textOf(place: CommentPlace): string {
    return this.#texts.get(keyOf(place)) ?? "";
  }

  /** An empty text leaves nothing behind. */
  type(place: CommentPlace, text: string): void {
    if (text === "") this.#texts.delete(keyOf(place));
    else this.#texts.set(keyOf(place), text);
    writeSession(this.#key, this.#texts.size === 0 ? null : Object.fromEntries(this.#texts));
  }
}

const known = new Map<ChangeSetId, CommentDrafts>();

/** The drafts on a change set in this window. */
export function commentDraftsOf(id: ChangeSetId): CommentDrafts {
  const drafts = known.get(id) ?? new CommentDrafts(id);
  known.set(id, drafts);
  return drafts;
}
