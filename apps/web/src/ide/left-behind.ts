import { z } from "zod";
import { readSession, writeSession } from "#lib/storage.ts";

/** Older notes are of a page that was left for another one. */
const NOTED_MS = 10_000;
const ASK_AGAIN_MS = 100;
const TRIES = 20;

const NoteSchema = z.object({ at: z.number(), revisions: z.record(z.string(), z.int()) });

const keyOf = (projectId: string): string => `left:${projectId}`;

/** A page that goes notes that it went, and what it sent without waiting for an answer: for each path a revision that the server had before. */
export function noteSent(projectId: string, sent: readonly { readonly path: string; readonly revision: number }[]): void {
  // A page may be told twice that it goes; the second time everything is sent already.
  if (sent.length > 0 || !leftJustNow(projectId)) writeSession(keyOf(projectId), { at: Date.now(), revisions: Object.fromEntries(sent.map(({ path, revision }) => [path, revision])) });
}

/** Whether a page of this tab went so short a while ago that what it sent may still be on its way. */
export function leftJustNow(projectId: string): boolean {
  return recentNote(projectId) !== null;
}

function recentNote(projectId: string): z.output<typeof NoteSchema> | null {
  const note = NoteSchema.safeParse(readSession(keyOf(projectId))).data;
  return note && Date.now() - note.at < NOTED_MS ? note : null;
}

/** What is kept of the project, asked again until what the page before sent has arrived: after a reload the two are on their way at the same time. */
export async function untilArrived<Item extends { readonly path: string; readonly revision: number }>(projectId: string, ask: () => Promise<readonly Item[]>): Promise<readonly Item[]> {
  const awaited = Object.entries(recentNote(projectId)?.revisions ?? {});
  writeSession(keyOf(projectId), null);
  for (let tries = 1; ; tries += 1) {
    const items = await ask();
    const arrived = awaited.every(([path, revision]) => items.some((item) => item.path === path && item.revision > revision));
    if (arrived || tries === TRIES) return items;
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}
