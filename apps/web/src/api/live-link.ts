"use client";

import { liveSource } from "@coder/api/client";
import type { AppRouter } from "@coder/api/root";
import { LIVE_SOCKET_PATH } from "@coder/shared";
import { createWSClient, httpSubscriptionLink, wsLink, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { Store } from "#lib/store.ts";
import { serverIsReady, suspectLoss, untilConnected, watchedLiveFetch } from "./connection.ts";
import { visiblePageDemand } from "./live-demand.ts";

const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 15_000;
/** A websocket that is never let through, by a server that answers otherwise. */
const MAX_REFUSALS = 3;
/** Kept while a view that follows something is exchanged for another. */
const IDLE_MS = 10_000;
const NEVER = new AbortController().signal;

/**
 * All live streams of the page over one websocket, resumed where they were after a loss. A browser opens six connections to one server for all of its windows together, but
 * many websockets: see docs/adr/0022. Where something on the way lets no websocket through, each stream is a request of its own.
 */
export function liveLink(): TRPCLink<AppRouter> {
  const blocked = new Store(false);
  let opened = false;
  let refusals = 0;
  const client = createWSClient({
    url: async () => {
      await untilConnected(NEVER);
      return new URL(LIVE_SOCKET_PATH, window.location.href).href.replace(/^http/, "ws");
    },
    lazy: { enabled: true, closeMs: IDLE_MS },
    keepAlive: { enabled: true, intervalMs: 10_000, pongTimeoutMs: 5_000 },
    // All the pages that a restart cut off must not come back in one moment.
    retryDelayMs: (attempt) => Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS) * (0.5 + Math.random()),
    onOpen: () => {
      opened = true;
    },
    onClose: () => {
      suspectLoss();
      if (opened) return;
      refusals += 1;
      if (refusals >= MAX_REFUSALS) void serverIsReady().then((ready) => ready && !opened && blocked.set(true));
    },
  });
  const socket: TRPCLink<AppRouter> = wsLink({ client });
  const requests: TRPCLink<AppRouter> = httpSubscriptionLink({ url: "/api/trpc", EventSource: liveSource({ fetch: watchedLiveFetch, ...(typeof document === "undefined" ? {} : { demand: pageDemand() }) }) });
  return (runtime) => {
    const [bySocket, byRequest] = [socket(runtime), requests(runtime)];
    return (operation) =>
      observable((observer) => {
        let leave = () => {};
        const follow = (link: typeof bySocket) => {
          leave();
          let left = false;
          const heard = <Args extends readonly unknown[]>(tell: (...args: Args) => void) => (...args: Args) => left || tell(...args);
          const { unsubscribe } = link(operation).subscribe({ next: heard(observer.next), error: heard(observer.error), complete: heard(observer.complete) });
          leave = () => {
            left = true;
            unsubscribe();
          };
        };
        follow(blocked.get() ? byRequest : bySocket);
        const stop = blocked.subscribe(() => follow(byRequest));
        return () => {
          stop();
          leave();
        };
      });
  };
}

/** Requests of their own run while the page is seen and the server can be reached. */
function pageDemand() {
  const { untilWanted, onUnwanted } = visiblePageDemand(document);
  return {
    onUnwanted,
    untilWanted: async (signal: AbortSignal) => {
      await untilWanted(signal);
      await untilConnected(signal);
    },
  };
}
