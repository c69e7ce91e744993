import { z } from "zod";

/** Where a page opens the websocket that carries all of its live streams. */
export const LIVE_SOCKET_PATH = "/api/live";

/**
 * What a live stream tells: one thing that happened, or that more happened than is known. After a gap its reader reads what it shows anew; a stream that is not
 * resumed begins with one. Handing back the last id goes on after it.
 */
export type LiveItem<Event> = { readonly id: string; readonly event: Event } | { readonly id: string; readonly gap: true };

/** Spread into the input of a live stream: a client that comes back says where it was. */
export const resumeInput = { lastEventId: z.string().max(100).optional().describe("Id of the last item that was seen; absent at the first time") } as const;
