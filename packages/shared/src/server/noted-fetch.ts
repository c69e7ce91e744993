import { guardedFetch, type Fetch, type GuardedFetchOptions } from "./guarded-fetch.ts";
import { newId } from "./new-id.ts";

/** What is known of a request before it leaves. */
export interface RequestNote {
  readonly id: string;
  readonly host: string;
  readonly path: string;
  readonly requestBytes: number;
}

export type RequestOutcome = "done" | "failed" | "cancelled";

/** How a request ended. */
export interface RequestEnd {
  readonly id: string;
  readonly responseBytes: number;
  /** Null where there was no answer. */
  readonly status: number | null;
  readonly outcome: RequestOutcome;
  readonly tookMs: number;
}

/** Where requests are written down. */
export interface IRequestNotes {
  /** Before it leaves. A refusal stops the request. */
  begin(note: RequestNote): Promise<void>;
  /** The request is written down by then: that its end cannot be noted changes nothing about what was sent. */
  end(end: RequestEnd): Promise<void>;
}

/** Notes how those requests ended whose answer was not read to its end, and waits until all is noted. */
export type Settle = (outcome: RequestOutcome) => Promise<void>;

/** A guarded `fetch` that writes down every request before it leaves, and how it ended. Nothing leaves unnoted. */
export function notedFetch(guard: GuardedFetchOptions, notes: IRequestNotes): { readonly fetch: Fetch; readonly settle: Settle } {
  const noting: Promise<void>[] = [];
  const ends: ((outcome: RequestOutcome) => void)[] = [];
  const noted: Fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const begun = performance.now();
    const id = newId();
    let [responseBytes, status, open]: [number, number | null, boolean] = [0, null, true];
    await notes.begin({ id, host: url.host, path: url.pathname.slice(0, 500), requestBytes: typeof init?.body === "string" ? Buffer.byteLength(init.body) : 0 });
    const end = (outcome: RequestOutcome): void => {
      if (!open) return;
      open = false;
      noting.push(notes.end({ id, responseBytes, status, outcome, tookMs: Math.round(performance.now() - begun) }).catch(() => undefined));
    };
    ends.push(end);
    // An answer that was left ends in one way or another; why it did is for whoever left to say.
    const unlessLeft: typeof end = (outcome) => {
      if (init?.signal?.aborted !== true) end(outcome);
    };
    const send = guardedFetch({
      ...guard,
      onBytes: (count) => {
        responseBytes += count;
        guard.onBytes?.(count);
      },
      onEnd: unlessLeft,
    });
    try {
      const answer = await send(input, init);
      status = answer.status;
      if (answer.body === null) end("done");
      return answer;
    } catch (error) {
      unlessLeft("failed");
      throw error;
    }
  };
  const settle: Settle = async (outcome) => {
    for (const end of ends) end(outcome);
    await Promise.all(noting);
  };
  return { fetch: noted, settle };
}
