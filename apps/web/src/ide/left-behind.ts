import { z } from "zod";
import { readSession, writeSession } from "#lib/storage.ts";

/** Older notes are of a page that was left for another one. */
const NOTED_MS = 10_000;
const ASK_AGAIN_MS = 100;
const TRIES = 20;

const NoteSchema = z.object({ at: z.number(), revisions: z.record(z.string(), z.int()) });

const keyOf = (projectId: string): string => `left:${projectId}`;

/** A page that goes notes what it sent without waiting for an answer: for each path a revision that the server had before. */
export function noteSent(projectId: string, sent: readonly { readonly path: string; readonly revision: number }[]): void {
  if (sent.length > 0) writeSession(keyOf(projectId), { at: Date.now(), revisions: Object.fromEntries(sent.map(({ path, revision }) => [path, revision])) });
}

/** What is kept of the project, asked again until what the page before sent has arrived: after a reload the two are on their way at the same time. */
export async function untilArrived<Item extends { readonly path: string; readonly revision: number }>(projectId: string, ask: () => Promise<readonly Item[]>): Promise<readonly Item[]> {
  const note = NoteSchema.safeParse(readSession(keyOf(projectId))).data;
  writeSession(keyOf(projectId), null);
  const awaited = note && Date.now() - note.at < NOTED_MS ? Object.entries(note.revisions) : [];
  for (let tries = 1; ; tries += 1) {
    const items = await ask();
    const arrived = awaited.every(([path, revision]) => items.some((item) => item.path === path && item.revision > revision));
    if (arrived || tries === TRIES) return items;
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}
