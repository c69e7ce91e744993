import type { ILiveDemand } from "@coder/api/client";

/** A page that is looked away from for less than this keeps its connections. */
const LET_GO_MS = 30_000;

interface Page {
  readonly hidden: boolean;
  addEventListener(type: "visibilitychange", listener: () => void): void;
  removeEventListener(type: "visibilitychange", listener: () => void): void;
}

/**
 * Live requests are wanted while the page is seen. A browser opens six connections to one server for all of its windows together (HTTP/1.1): pages in the background
 * would take them from the one in front. They come back where they were.
 */
export function visiblePageDemand(page: Page, letGoMs = LET_GO_MS): ILiveDemand {
  return {
    untilWanted: (signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const look = () => {
        if (page.hidden) return;
        settle();
        resolve();
      };
      const giveUp = () => {
        settle();
        reject(signal.reason);
      };
      const settle = () => {
        page.removeEventListener("visibilitychange", look);
        signal.removeEventListener("abort", giveUp);
      };
      page.addEventListener("visibilitychange", look);
      signal.addEventListener("abort", giveUp, { once: true });
      if (signal.aborted) giveUp();
      else look();
      return promise;
    },
    onUnwanted: (listener) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const look = () => {
        clearTimeout(timer);
        if (page.hidden) timer = setTimeout(listener, letGoMs);
      };
      page.addEventListener("visibilitychange", look);
      look();
      return () => {
        clearTimeout(timer);
        page.removeEventListener("visibilitychange", look);
      };
    },
  };
}
